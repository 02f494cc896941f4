#include "runners/install_cache.hpp"

#include <algorithm>

namespace toolscore {

std::vector<cached_install> images_of(const std::vector<listed_image>& found,
                                      const std::string& name) {
  const auto ours = [&](const std::string& x) { return x.starts_with(name + ":"); };
  std::vector<cached_install> out;
  for (const auto& image : found) {
    if (!std::all_of(image.names.begin(), image.names.end(), ours)) continue;
    cached_install one;
    one.image = true;
    one.key = image.names.empty() ? image.id : image.names.front();
    one.from = image.names.empty() ? "image without a name, left by a build" : "image";
    one.version = image.id.substr(0, image.id.find(':') + 13);
    one.bytes = image.bytes;
    one.used = std::chrono::system_clock::time_point(std::chrono::seconds(image.made));
    out.push_back(std::move(one));
  }
  // Those with a name first: with them goes most of what has none.
  std::stable_partition(out.begin(), out.end(),
                        [&](const cached_install& x) { return ours(x.key); });
  return out;
}

std::vector<install_use> uses_of(std::vector<cached_install> found,
                                 const std::vector<install_need>& needs) {
  std::vector<install_use> out;
  out.reserve(found.size());
  for (auto& install : found) {
    install_use one{std::move(install), {}};
    for (const auto& need : needs)
      if (one.install.image ? need.image == one.install.key
                            : need.key == one.install.key ||
                                  (one.install.complete() && need.from == one.install.from))
        one.servers.push_back(need.server);
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace toolscore
