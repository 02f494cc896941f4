#include "gateway/client_access.hpp"

#include "mcp/names.hpp"

namespace toolscore {

bool client_access::shows_tool(std::string_view server, std::string_view tool) {
  if (!servers_.allows(server)) return false;
  if (tools_.open()) return true;
  std::string name;
  name.reserve(server.size() + 2 + tool.size());
  name.append(server).append("__").append(tool);
  return tools_.allows(name);
}

access_table::access_table(const std::vector<access_rule>& rules) {
  for (const auto& rule : rules)
    rules_.emplace_back(rule.client, std::make_shared<client_access>(rule));
}

access_ptr access_table::of(std::string_view principal) const {
  for (const auto& [client, access] : rules_)
    if (mcp::glob_match(client, principal)) return access;
  return nullptr;
}

} // namespace toolscore
