#pragma once
#include <string_view>

namespace toolscore::mcp {

/// Whether a result of tools/call says that its tool failed. `isError` is a boolean, and false
/// where it is absent; whatever else stands there (null, "no", 0) is malformed, and then nothing
/// says that all went well. The one rule for calls, records, imports, replays and the runtime.
/// @param raw  `isError` as it stands in the text; empty = it does not
constexpr bool says_tool_error(std::string_view raw) noexcept {
  return !raw.empty() && raw != "false";
}

} // namespace toolscore::mcp
