#pragma once
#include "messages/server_state.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace toolscore {

/// One numbered entry of the event log. `kind` is noun.verb: "server.state", "server.added",
/// "server.removed", "install.step", "call.failed", "node.stopping".
struct event {
  std::uint64_t number = 0; ///< Given by the events actor; from 1, without gaps.
  std::chrono::system_clock::time_point at;
  std::string kind;
  server_id server;                          ///< Empty for the node's own.
  std::map<std::string, std::string> fields; ///< Fixed names: process_status, pid, reason, ...
};
using event_ptr = std::shared_ptr<const event>;

} // namespace toolscore
