#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace toolscore {

struct floor_options {
  std::uint16_t port = 0;          ///< 0 takes any.
  bool write_each = false;         ///< Each call in a write of its own, not all of a round in one.
  std::vector<std::string> server; ///< Command of the one stdio server, shared by all clients.
};

/// The floor that a gateway is compared with: one thread, raw epoll, no actors, but all the work
/// that a gateway cannot skip: HTTP/1.1 with keep-alive, Host and Origin, the JSON-RPC id there and
/// back, one shared stdio server. Serves until the server ends; a signal ends it at once, and the
/// server with it, since its stdin closes.
/// @param on_listening  called once with the port
/// @returns the exit code
int run_floor(const floor_options& options, const std::function<void(std::uint16_t)>& on_listening);

} // namespace toolscore
