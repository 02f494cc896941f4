#pragma once
#include "mcp/joint_view.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

// Two tools that stand for all of an endpoint, so that a model need not be told of a thousand.

inline constexpr std::string_view search_tool_name = "search_tools";
inline constexpr std::string_view call_tool_name = "call_tool";

/// `"tools":[...]`, the member of a result that lists the two.
std::string_view search_tools_member() noexcept;

/// The tools that have most to do with `query`, best first, `limit` of them at most: words of it in
/// the name count more than in the description, and rare ones more than common ones. The same query
/// gives the same tools. Without a word the first ones are listed.
std::vector<const mcp::list_entry*> search_tools(const mcp::list_index& tools,
                                                 std::string_view query, std::size_t limit,
                                                 const mcp::entry_filter& shown = {});

/// The result object of search_tools; `arguments` is the raw object, empty = none.
/// @returns the members of the result, without what the client's era adds
std::string search_result(const mcp::list_index& tools, std::string_view arguments,
                          const mcp::entry_filter& shown = {});

/// What a call of call_tool calls.
struct wrapped_call {
  std::string name;           ///< Decoded; of the endpoint's own.
  std::string_view arguments; ///< Raw; `{}` where there are none.
};
/// @returns nothing where `arguments` names no tool or has no arguments object
std::optional<wrapped_call> unwrap_call(std::string_view arguments);

} // namespace toolscore
