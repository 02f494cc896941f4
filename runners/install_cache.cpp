#include "runners/install_cache.hpp"

namespace toolscore {

std::vector<install_use> uses_of(std::vector<cached_install> found,
                                 const std::vector<install_need>& needs) {
  std::vector<install_use> out;
  out.reserve(found.size());
  for (auto& install : found) {
    install_use one{std::move(install), {}};
    for (const auto& need : needs)
      if (need.key == one.install.key || (one.install.complete() && need.from == one.install.from))
        one.servers.push_back(need.server);
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace toolscore
