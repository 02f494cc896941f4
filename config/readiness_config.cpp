#include "config/readiness_config.hpp"

namespace toolscore {

using json = nlohmann::ordered_json;

void read_readiness(fields& object, server_policy& out) {
  // Other values are refused with what else is not acted on.
  if (const json* const link = object.find("link"); link != nullptr && link->is_string())
    out.link = *link == "none" ? link_kind::none : link_kind::stdio;
  const json* const ready = object.find("ready");
  if (ready == nullptr) return;
  if (*ready == "mcp") out.ready = ready_policy{ready_kind::mcp};
  if (*ready == "started") out.ready = ready_policy{ready_kind::started};
}

void check_readiness(fields& server, const server_policy& policy) {
  if (!policy.ready) return;
  if (policy.link == link_kind::none && policy.ready->kind == ready_kind::mcp)
    server.fail("ready", "\"mcp\" needs a link and \"link\" is \"none\", write \"started\"");
  if (policy.link != link_kind::none && policy.ready->kind == ready_kind::started)
    server.fail("ready", "\"started\" is before the MCP handshake, without which no call can be "
                         "made; write \"mcp\", or \"link\": \"none\" for what speaks no MCP");
}

nlohmann::ordered_json readiness_json(const server_policy& policy) {
  const auto by_link = policy.link == link_kind::none ? ready_kind::started : ready_kind::mcp;
  return to_string(policy.ready ? policy.ready->kind : by_link);
}

} // namespace toolscore
