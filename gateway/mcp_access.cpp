#include "gateway/challenge.hpp"
#include "gateway/list_filter.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "gateway/scopes.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

namespace toolscore {

/// Whether its scopes and its rule let this client ask that. @returns false where it was answered
bool mcp_endpoint::is_allowed(const post& x) {
  const auto& request = x.request;
  if (!request.access && request.scopes.has(scope::mcp_call)) return true;
  const auto needed = scope_of_method(x.method);
  const bool calls = x.method == "tools/call";
  const bool of_one = request.where.kind == route_kind::mcp_server;
  const auto server = called_server(x);
  if (!request.scopes.has(needed)) {
    deny(x, denial_reason::scope, server.value, {}, to_string(needed));
    const auto text = std::string("this token lacks the scope ") + to_string(needed);
    if (calls) record_refusal(x, server, called_name(x), text);
    reply(x, 403,
          mcp::error_response(x.id(), mcp::code::invalid_request, text,
                              mcp::refusal_data(errc::unauthorized, server.value)),
          challenge({.too_little = true, .needed = needed, .metadata_url = options_.metadata_url}));
    return false;
  }
  if (!request.access || !calls || !of_one) return true;
  const auto tool = called_name(x);
  if (request.access->shows_tool(server.value, tool)) return true;
  refuse_hidden(x, server, tool, tool);
  return false;
}

/// A tool that this client is not shown is to it one that does not exist.
void mcp_endpoint::refuse_hidden(const post& x, const server_id& server, const std::string& tool,
                                 const std::string& asked) {
  deny(x, denial_reason::policy, server.value, tool, {});
  record_refusal(x, server, tool, "node.access does not show this tool to " + x.request.who.name);
  reply(x, 200,
        mcp::error_response(x.id(), mcp::code::bad_params, unknown_tool(asked),
                            mcp::refusal_data(errc::tool_denied, called_server(x).value)));
}

std::string mcp_endpoint::unknown_tool(const std::string& name) {
  return "Unknown tool: " + name.substr(0, 128);
}

bool mcp_endpoint::shows_server(const post& x) {
  const auto& access = x.request.access;
  const auto& server = x.request.where.parameter;
  if (!access || access->shows_server(server)) return true;
  // Of a server that does not exist there is nothing to deny.
  if (tree_.has_server(server_id{std::string{server}}))
    deny(x, denial_reason::policy, server, {}, {});
  return false;
}

void mcp_endpoint::deny(const post& x, denial_reason reason, std::string_view server,
                        std::string_view tool, std::string_view detail) {
  if (!options_.denied) return;
  denial told;
  told.reason = reason;
  told.method = x.request.method;
  told.path = x.request.path();
  told.principal = x.request.who.name;
  told.server = server;
  told.tool = tool;
  told.detail = detail;
  options_.denied(told);
}

/// One server's own list is filtered on its way back.
void mcp_endpoint::filter_list(const post& x, const server_id& server, http_exchange& reply) {
  if (!x.request.access || x.method != "tools/list") return;
  reply.add_rewriting([access = x.request.access, server](const bytes& response) {
    return std::make_shared<const std::string>(shown_tools(
        *response, [&](std::string_view tool) { return access->shows_tool(server.value, tool); }));
  });
}

} // namespace toolscore
