#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// When a tool or prompt of a server is offered as `server__name` at the joint endpoints.
enum class prefix_mode : std::uint8_t { always, on_collision, never };
const char* to_string(prefix_mode x) noexcept;

/// What is offered of some tools, and as what. Names are the server's own in a server's policy, and
/// those of the joint endpoint in a group's.
struct tool_choice {
  std::vector<std::string> allow{"*"};         ///< Globs.
  std::vector<std::string> deny;               ///< Wins over allow.
  std::map<std::string, std::string> rename;   ///< By the name that it replaces.
  std::map<std::string, std::string> describe; ///< Description, by the name before it is replaced.
};

/// How a group's own endpoint shows its servers.
struct group_view {
  std::optional<prefix_mode> prefix; ///< Empty: as each server's policy says.
  tool_choice tools;
  bool search = false; ///< Two tools stand for all: search_tools and call_tool.
};

} // namespace toolscore
