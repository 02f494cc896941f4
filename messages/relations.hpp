#pragma once
#include "messages/ids.hpp"
#include "messages/view_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// Which children or servers stop and start again with one that restarts (OTP's words).
enum class strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one };
inline constexpr std::size_t strategy_count = 3;
const char* to_string(strategy x) noexcept;

/// How far a server must have come before those that depend on it may start.
enum class dependency_condition : std::uint8_t {
  started,   ///< An instance of it runs, ready or not.
  ready,     ///< It serves. One that sleeps serves too: a call wakes it.
  completed, ///< It is transient or temporary, and has ended with success.
};
inline constexpr std::size_t dependency_condition_count = 3;
const char* to_string(dependency_condition x) noexcept;

/// What a server waits for, by name.
using dependency_map = std::map<std::string, dependency_condition>;

/// Servers that restart together. A group owns nothing: it is a policy of the coordinator.
struct group_spec {
  std::string name;
  std::vector<std::string> servers; ///< Each once, in the order in which they were written.
  strategy how = strategy::one_for_one;
  group_view view{}; ///< Of `/mcp/@name`.
};

/// Whether the end of a server for good ends the node.
enum class significance : std::uint8_t {
  none,
  any, ///< Its end alone does.
  all, ///< Its end does once every server of this kind has ended.
};
const char* to_string(significance x) noexcept;

} // namespace toolscore
