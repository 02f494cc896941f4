#include "runners/container/container_plan.hpp"

#include <charconv>

namespace toolscore {

launch_plan plan_container(const server_spec& spec, const std::string& image_id) {
  launch_plan out;
  out.container = container_launch{spec.container, image_id, !spec.command.empty()};
  if (!spec.command.empty()) out.argv.push_back(spec.command);
  out.argv.insert(out.argv.end(), spec.args.begin(), spec.args.end());
  out.env = spec.env;
  out.cwd = spec.cwd;
  out.name = spec.id.value;
  out.limits = spec.policy.limits;
  out.endpoint = spec.endpoint;
  return out;
}

std::uint16_t inner_port(const launch_plan& plan) {
  std::uint16_t port = 0;
  if (const auto own = plan.env.find("PORT"); own != plan.env.end()) {
    const auto* const end = own->second.data() + own->second.size();
    const auto read = std::from_chars(own->second.data(), end, port);
    if (read.ec != std::errc{} || read.ptr != end) port = 0;
  }
  return port != 0 ? port : plan.container->port;
}

std::string short_image_id(const std::string& id) {
  constexpr std::size_t digits = 12;
  return id.substr(0, id.find(':') + 1 + digits);
}

} // namespace toolscore
