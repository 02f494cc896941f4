#pragma once
#include "mcp/tool_filter.hpp"
#include "messages/envelope.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// A response to tools/list with the tools that are shown alone, the rest byte for byte but that
/// nobody is allowed to keep it for others. An error response stays as it is.
std::string shown_tools(std::string_view response, const mcp::tool_predicate& shown);

} // namespace toolscore
