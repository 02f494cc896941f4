#pragma once
#include "mcp/tool_error.hpp"
#include "node/reply_json.hpp"

namespace toolscore {

/// mcp::says_tool_error of a result that has been read; what is no object says nothing.
inline bool says_tool_error(const reply_json& result) {
  if (!result.is_object()) return false;
  const auto at = result.find("isError");
  return at != result.end() && mcp::says_tool_error(compact(*at));
}

/// mcp::asks_for_input of a result that has been read.
inline bool asks_for_input(const reply_json& result) {
  return text_of(result, "resultType") == "input_required";
}

} // namespace toolscore
