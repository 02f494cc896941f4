#include "store/tool_texts.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {

std::map<std::string, std::string> tool_texts(std::string_view tools_array) {
  std::map<std::string, std::string> texts;
  const auto tree = nlohmann::json::parse(tools_array.begin(), tools_array.end(), nullptr, false);
  if (!tree.is_array()) return texts;
  for (const auto& tool : tree) {
    if (!tool.is_object() || !tool.contains("name") || !tool["name"].is_string()) continue;
    auto pinned = nlohmann::json::object();
    for (const char* member :
         {"name", "title", "description", "inputSchema", "outputSchema", "annotations"})
      if (tool.contains(member)) pinned[member] = tool[member];
    texts[tool["name"].get<std::string>()] +=
        pinned.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return texts;
}

} // namespace toolscore
