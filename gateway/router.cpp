#include "gateway/router.hpp"

#include <array>

namespace toolscore {

namespace {

struct row {
  http_method method;
  std::string_view before; ///< The path up to the parameter, or all of it.
  bool parameter;
  std::string_view after;
  route_kind kind;
  route_scope scope;
};

using enum http_method;
constexpr auto open = route_scope::open;
constexpr auto mcp_scope = route_scope::mcp;
constexpr auto owner = route_scope::owner;

// The first row that fits wins; the call path stands first.
constexpr std::array rows{
    row{post, "/mcp/@", true, "", route_kind::mcp_group, mcp_scope},
    row{post, "/mcp/", true, "", route_kind::mcp_server, mcp_scope},
    row{post, "/mcp", false, "", route_kind::mcp_all, mcp_scope},
    row{get, "/mcp/@", true, "", route_kind::mcp_group, mcp_scope},
    row{get, "/mcp/", true, "", route_kind::mcp_server, mcp_scope},
    row{get, "/mcp", false, "", route_kind::mcp_all, mcp_scope},
    row{del, "/mcp/@", true, "", route_kind::mcp_group, mcp_scope},
    row{del, "/mcp/", true, "", route_kind::mcp_server, mcp_scope},
    row{del, "/mcp", false, "", route_kind::mcp_all, mcp_scope},
    row{get, "/sse", false, "", route_kind::sse_all, mcp_scope},
    row{post, "/sse", false, "", route_kind::sse_all, mcp_scope},
    row{get, "/mcp/@", true, "/sse", route_kind::sse_group, mcp_scope},
    row{post, "/mcp/@", true, "/sse", route_kind::sse_group, mcp_scope},
    row{get, "/mcp/", true, "/sse", route_kind::sse_server, mcp_scope},
    row{post, "/mcp/", true, "/sse", route_kind::sse_server, mcp_scope},
    row{get, "/healthz", false, "", route_kind::healthz, open},
    row{get, "/readyz", false, "", route_kind::readyz, open},
    row{get, "/metrics", false, "", route_kind::metrics, owner},
    row{get, "/api/v1/servers", false, "", route_kind::server_list, owner},
    row{post, "/api/v1/servers", false, "", route_kind::server_add, owner},
    row{get, "/api/v1/servers/", true, "", route_kind::server_show, owner},
    row{del, "/api/v1/servers/", true, "", route_kind::server_remove, owner},
    row{post, "/api/v1/servers/", true, "/start", route_kind::server_start, owner},
    row{post, "/api/v1/servers/", true, "/stop", route_kind::server_stop, owner},
    row{post, "/api/v1/servers/", true, "/restart", route_kind::server_restart, owner},
    row{post, "/api/v1/servers/", true, "/update", route_kind::server_update, owner},
    row{get, "/api/v1/servers/", true, "/logs", route_kind::server_logs, owner},
    row{get, "/api/v1/servers/", true, "/crashes", route_kind::server_crashes, owner},
    row{get, "/api/v1/servers/", true, "/pins", route_kind::server_pins, owner},
    row{post, "/api/v1/servers/", true, "/approve", route_kind::server_approve, owner},
    row{post, "/api/v1/servers/", true, "/login", route_kind::server_login, owner},
    row{get, "/api/v1/servers/", true, "/login", route_kind::server_login_state, owner},
    row{del, "/api/v1/servers/", true, "/login", route_kind::server_logout, owner},
    row{get, "/api/v1/crashes", false, "", route_kind::crashes, owner},
    row{get, "/api/v1/trajectories", false, "", route_kind::trajectories, owner},
    row{get, "/api/v1/tools", false, "", route_kind::tools, owner},
    row{get, "/api/v1/events", false, "", route_kind::events, owner},
};

bool fits(const row& x, std::string_view path, std::string_view& parameter) {
  if (!x.parameter) return path == x.before;
  if (path.size() <= x.before.size() + x.after.size() || !path.starts_with(x.before) ||
      !path.ends_with(x.after))
    return false;
  parameter = path.substr(x.before.size(), path.size() - x.before.size() - x.after.size());
  return parameter.find('/') == std::string_view::npos;
}

const char* name(http_method x) {
  return x == get ? "GET" : x == post ? "POST" : x == del ? "DELETE" : "OTHER";
}

} // namespace

routing find_route(http_method method, std::string_view path) {
  routing answer;
  for (const row& x : rows) {
    std::string_view parameter;
    if (x.method == method && fits(x, path, parameter)) {
      answer.where = {x.kind, x.scope, parameter};
      return answer;
    }
  }
  for (const row& x : rows) {
    std::string_view parameter;
    if (!fits(x, path, parameter)) continue;
    if (!answer.allow.empty()) answer.allow += ", ";
    answer.allow += name(x.method);
    answer.where.scope = x.scope;
  }
  // Which paths the control plane has is for its owner; elsewhere clients probe for well-known
  // ones.
  if (answer.allow.empty() && !path.starts_with("/api/")) answer.where.scope = open;
  answer.failure = answer.allow.empty() ? 404 : 405;
  return answer;
}

const char* to_string(route_kind x) noexcept {
  constexpr std::array names{"none",           "mcp_all",        "mcp_group",
                             "mcp_server",     "sse_all",        "sse_group",
                             "sse_server",     "server_list",    "server_add",
                             "server_show",    "server_remove",  "server_start",
                             "server_stop",    "server_restart", "server_logs",
                             "server_crashes", "crashes",        "trajectories",
                             "tools",          "events",         "healthz",
                             "readyz",         "metrics",        "server_pins",
                             "server_approve", "server_login",   "server_login_state",
                             "server_logout",  "server_update"};
  const auto at = static_cast<std::size_t>(x);
  return at < names.size() ? names[at] : "unknown";
}

} // namespace toolscore
