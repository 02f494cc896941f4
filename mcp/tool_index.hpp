#pragma once
#include "messages/envelope.hpp"
#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// When an exposed name is `server__tool` and when the tool's own.
enum class prefix_policy : std::uint8_t { always, on_collision, never };

/// The tools of one server, as it told them.
struct server_tools {
  server_id server;
  bytes tools_array;                   ///< JSON array of tool objects; null = none.
  std::vector<std::string> allow{"*"}; ///< Globs over the server's own names.
  std::vector<std::string> deny;       ///< Wins over allow.
};

/// All tools of all servers as one list, immutable, sorted bytewise by exposed name and so the same
/// whatever order the servers started in. Keeps the servers' texts and copies no tool object.
class tool_index {
public:
  struct entry {
    std::string exposed;
    server_id server;
    std::string original; ///< Decoded; the server's own name.
    bytes text;           ///< The server's array.
    text_span object;     ///< In `text`.
    text_span name;       ///< In `text`; the raw name string.
  };

  tool_index() = default;
  tool_index(const std::vector<server_tools>& servers, prefix_policy policy);

  /// @returns nothing for an unknown name; the exposed name is looked up, never taken apart
  const entry* find(std::string_view exposed) const noexcept;
  /// `"tools":[...]`, with `,"nextCursor":"..."` where more follow; members of a result object. No
  /// cursor starts at the first tool.
  /// @error bad_request  the cursor is not one of ours, or of a list that has changed since
  result<std::string> page(std::optional<std::string_view> cursor, std::size_t limit) const;

  const std::vector<entry>& entries() const noexcept { return entries_; }
  /// Changes whenever the list a client sees changes.
  std::uint64_t generation() const noexcept { return generation_; }
  /// Items that had no valid name, or a name twice; they are not in the list.
  std::size_t skipped() const noexcept { return skipped_; }
  /// Tools hidden because another has their exposed name (policy `never`).
  std::size_t shadowed() const noexcept { return shadowed_; }

private:
  void collect(const server_tools& from);
  void expose(prefix_policy policy);
  void drop_doubles(prefix_policy policy);

  std::vector<entry> entries_;
  std::uint64_t generation_ = 0;
  std::size_t skipped_ = 0;
  std::size_t shadowed_ = 0;
};

} // namespace toolscore::mcp
