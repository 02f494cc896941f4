#include "runners/container/engine_places.hpp"

#include <string_view>

namespace toolscore {
namespace {

constexpr std::size_t path_bytes_max = 107; // Of a unix socket's address.

} // namespace

result<std::string> engine_path(const std::string& address, const std::string& key) {
  std::string_view path = address;
  constexpr std::string_view scheme = "unix://";
  if (path.starts_with(scheme)) path.remove_prefix(scheme.size());
  if (path.starts_with('/') && path.size() <= path_bytes_max) return std::string(path);
  return error{errc::not_supported, key + ": \"" + address.substr(0, 120) +
                                        "\" is no unix socket, which is the only way to an engine "
                                        "here; write one such as unix:///run/docker.sock"};
}

result<std::vector<std::string>> engine_places(const std::string& chosen,
                                               const std::map<std::string, std::string>& variables,
                                               std::uint32_t user) {
  const auto variable = [&](const char* name) {
    const auto at = variables.find(name);
    return at == variables.end() ? std::string() : at->second;
  };
  const std::pair<std::string, const char*> named[] = {
      {chosen, "node.engine"},
      {variable("DOCKER_HOST"), "DOCKER_HOST"},
      {variable("CONTAINER_HOST"), "CONTAINER_HOST"}};
  for (const auto& [address, key] : named) {
    if (address.empty()) continue;
    auto path = engine_path(address, key);
    if (!path) return path.failure();
    return std::vector<std::string>{std::move(*path)};
  }
  std::vector<std::string> out;
  const auto runtime = variable("XDG_RUNTIME_DIR");
  if (user != 0 && runtime.starts_with('/')) {
    out.push_back(runtime + "/podman/podman.sock");
    out.push_back(runtime + "/docker.sock");
  }
  out.insert(out.end(), {"/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"});
  return out;
}

} // namespace toolscore
