#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace toolscore {

struct path_options {
  std::uint16_t port = 0;          ///< 0 takes any.
  std::vector<std::string> server; ///< Command of the one stdio server, shared by all clients.
};

/// The bare path: the libraries that a gateway of this design stands on, with nothing of the
/// product in between. One thread, Asio's loop, Beast's HTTP, simdjson's look at the envelope, the
/// JSON-RPC id there and back, one shared stdio server; no actors, checks, limits or recording. The
/// floor says what is possible at all, this says what the libraries leave of it. Serves until the
/// server ends.
/// @param on_listening  called once with the port
/// @returns the exit code
int run_path(const path_options& options, const std::function<void(std::uint16_t)>& on_listening);

} // namespace toolscore
