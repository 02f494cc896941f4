#include "config/readiness_config.hpp"

#include "config/log_pattern.hpp"

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

void read_log(fields& object, const json& value, server_policy& out) {
  if (!value.is_string())
    return object.fail("ready.log", shown(value) + " is no text, write a regular expression");
  const auto& text = value.get_ref<const std::string&>();
  if (const auto compiled = log_pattern::compile(text); !compiled)
    return object.fail("ready.log", compiled.failure().detail);
  out.ready = ready_policy{ready_kind::log, text};
}

} // namespace

void read_readiness(fields& object, server_policy& out) {
  // Other values are refused with what else is not acted on.
  if (const json* const link = object.find("link"); link != nullptr && link->is_string())
    out.link = *link == "none" ? link_kind::none : link_kind::stdio;
  const json* const ready = object.find("ready");
  if (ready == nullptr) return;
  if (*ready == "mcp") out.ready = ready_policy{ready_kind::mcp, {}};
  if (*ready == "started") out.ready = ready_policy{ready_kind::started, {}};
  if (ready->is_object() && ready->size() == 1 && ready->contains("log"))
    read_log(object, (*ready)["log"], out);
}

void check_readiness(fields& server, const server_policy& policy) {
  if (!policy.ready) return;
  if (policy.link == link_kind::none && policy.ready->kind == ready_kind::mcp)
    server.fail("ready", "\"mcp\" needs a link and \"link\" is \"none\", write \"started\"");
  if (policy.link == link_kind::none) return;
  if (policy.ready->kind == ready_kind::started)
    server.fail("ready", "\"started\" is before the MCP handshake, without which no call can be "
                         "made; write \"mcp\", or \"link\": \"none\" for what speaks no MCP");
  if (policy.ready->kind == ready_kind::log)
    server.fail("ready", "a log line makes only what speaks no MCP ready, a server with a link is "
                         "ready by its handshake; write \"mcp\", or \"link\": \"none\"");
}

nlohmann::ordered_json readiness_json(const server_policy& policy) {
  const auto by_link = policy.link == link_kind::none ? ready_kind::started : ready_kind::mcp;
  const auto kind = policy.ready ? policy.ready->kind : by_link;
  if (kind == ready_kind::log) return {{"log", policy.ready->log_pattern}};
  return to_string(kind);
}

} // namespace toolscore
