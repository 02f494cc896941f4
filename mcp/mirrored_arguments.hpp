#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::mcp {

// Arguments that a tool's schema marks with `x-mcp-header`: over modern HTTP they stand in an
// `Mcp-Param-*` header too, and whoever serves the request compares the two (2026-07-28, SEP-2243).

/// One such argument.
struct mirrored_argument {
  std::string header;            ///< What follows the prefix, in lower case.
  std::vector<std::string> path; ///< Through `properties`, from the schema's top.
};
/// By the tool's own name; only tools that have any.
using mirrored_tools = std::map<std::string, std::vector<mirrored_argument>, std::less<>>;

/// From a JSON array of tools. What the specification does not allow (no token, twice, a type that
/// is no string, integer or boolean) counts as not marked.
mirrored_tools mirrored_in(std::string_view tools_array);

/// Compares the headers of one call with its arguments.
/// @param arguments  the raw object; empty = none
/// @param headers    name behind the prefix in lower case, and the value as it came
/// @returns what is wrong, in one line; empty where all is well
std::string mirror_fault(const std::vector<mirrored_argument>& marked, std::string_view arguments,
                         const std::vector<std::pair<std::string, std::string>>& headers);

} // namespace toolscore::mcp
