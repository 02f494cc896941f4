#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// The unix sockets at which a container engine may listen, in the order in which they are tried:
/// the one that is named, by `node.engine`, else DOCKER_HOST, else CONTAINER_HOST, and then no
/// other; else a user's own of Podman and of Docker below XDG_RUNTIME_DIR, else the system's of
/// Podman and of Docker. Pure.
/// @param chosen     `node.engine`: a path, or "unix:///path"; empty = not said
/// @param variables  the node's own environment
/// @param user       the node's own; root's sockets alone where it is 0
/// @error not_supported  an address that is no unix socket
result<std::vector<std::string>> engine_places(const std::string& chosen,
                                               const std::map<std::string, std::string>& variables,
                                               std::uint32_t user);

/// The path in "unix:///run/x.sock" or "/run/x.sock".
/// @error not_supported  it is neither
result<std::string> engine_path(const std::string& address, const std::string& key);

} // namespace toolscore
