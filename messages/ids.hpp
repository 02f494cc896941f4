#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace toolscore {

/// The name a user gives a managed MCP server: `[a-z][a-z0-9-]{0,23}`, checked where it enters.
struct server_id {
  std::string value;
  auto operator<=>(const server_id&) const = default;
};

/// One running copy of a server. `number` counts up from 1 and is never used twice in a node's
/// life.
struct instance_id {
  server_id server;
  std::uint64_t number = 0;
  auto operator<=>(const instance_id&) const = default;
};

/// "fs#3".
inline std::string to_string(const instance_id& x) {
  return x.server.value + "#" + std::to_string(x.number);
}

/// Where an actor or a descriptor lives. There is one loop today and its id is 0; the id is carried
/// from the first day so that several loops can come without moving walls.
struct loop_id {
  std::uint16_t value = 0;
  auto operator<=>(const loop_id&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, server_id& x) {
  return f(x.value);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, instance_id& x) {
  return f(x.server, x.number);
}

} // namespace toolscore

template <>
struct std::hash<toolscore::server_id> {
  std::size_t operator()(const toolscore::server_id& x) const noexcept {
    return std::hash<std::string>{}(x.value);
  }
};
