#pragma once
#include <map>
#include <string>
#include <string_view>

namespace toolscore {

/// By name: what of each tool is approved, as canonical JSON (members sorted, no spaces): its name,
/// title, description, inputSchema, outputSchema and annotations, those that it has. Of two tools
/// of one name both are in the text, for nobody knows which one is meant.
/// @param tools_array  of a tools/list; what is none has no tools
std::map<std::string, std::string> tool_texts(std::string_view tools_array);

} // namespace toolscore
