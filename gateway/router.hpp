#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

enum class http_method : std::uint8_t { get, post, del, other };

enum class route_kind : std::uint8_t {
  none,
  mcp_all,    ///< /mcp
  mcp_group,  ///< /mcp/@{group}
  mcp_server, ///< /mcp/{server}
  sse_all,    ///< /sse, and below the others: the HTTP+SSE transport of 2024-11-05
  sse_group,
  sse_server,
  server_list,   ///< GET /api/v1/servers
  server_add,    ///< POST /api/v1/servers
  server_show,   ///< GET /api/v1/servers/{name}
  server_remove, ///< DELETE /api/v1/servers/{name}
  server_start,
  server_stop,
  server_restart,
  server_logs,
  server_crashes, ///< GET /api/v1/servers/{name}/crashes
  crashes,        ///< GET /api/v1/crashes
  trajectories,
  tools,
  events,
  healthz,
  readyz,
  metrics,
  server_pins,    ///< GET /api/v1/servers/{name}/pins
  server_approve, ///< POST /api/v1/servers/{name}/approve
  server_login,   ///< POST /api/v1/servers/{name}/login
  server_login_state,
  server_logout,
  server_update, ///< POST /api/v1/servers/{name}/update
};
const char* to_string(route_kind x) noexcept;

/// Who may go there: everybody, whoever may use /mcp, or the node's owner alone.
enum class route_scope : std::uint8_t { open, mcp, owner };

struct route {
  route_kind kind = route_kind::none;
  route_scope scope = route_scope::owner;
  std::string_view parameter; ///< The server's or the group's name, in the request's target; empty
                              ///< where there is none.
};

struct routing {
  route where;       ///< Kind none = refused with `failure`, after its scope has been checked.
  int failure = 0;   ///< 404 or 405.
  std::string allow; ///< With 405: the methods the path has, "GET, POST".
};

/// Finds what (method, path) asks for. `path` has no query and must outlive the answer.
routing find_route(http_method method, std::string_view path);

} // namespace toolscore
