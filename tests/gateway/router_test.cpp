#include "gateway/router.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(router)

BOOST_AUTO_TEST_CASE(every_path_of_the_contract_leads_where_it_says) {
  struct row {
    http_method method;
    const char* path;
    route_kind kind;
    route_scope scope;
    const char* parameter;
  };
  using enum http_method;
  const std::vector<row> rows{
      {post, "/mcp", route_kind::mcp_all, route_scope::mcp, ""},
      {get, "/mcp", route_kind::mcp_all, route_scope::mcp, ""},
      {del, "/mcp", route_kind::mcp_all, route_scope::mcp, ""},
      {post, "/mcp/fs", route_kind::mcp_server, route_scope::mcp, "fs"},
      {get, "/mcp/fs", route_kind::mcp_server, route_scope::mcp, "fs"},
      {del, "/mcp/fs", route_kind::mcp_server, route_scope::mcp, "fs"},
      {post, "/mcp/@web", route_kind::mcp_group, route_scope::mcp, "web"},
      {get, "/mcp/@web", route_kind::mcp_group, route_scope::mcp, "web"},
      {del, "/mcp/@web", route_kind::mcp_group, route_scope::mcp, "web"},
      {get, "/sse", route_kind::sse_all, route_scope::mcp, ""},
      {post, "/sse", route_kind::sse_all, route_scope::mcp, ""},
      {get, "/mcp/fs/sse", route_kind::sse_server, route_scope::mcp, "fs"},
      {post, "/mcp/fs/sse", route_kind::sse_server, route_scope::mcp, "fs"},
      {get, "/mcp/@web/sse", route_kind::sse_group, route_scope::mcp, "web"},
      {post, "/mcp/@web/sse", route_kind::sse_group, route_scope::mcp, "web"},
      {get, "/mcp/sse", route_kind::mcp_server, route_scope::mcp, "sse"}, // A server of that name.
      {get, "/healthz", route_kind::healthz, route_scope::open, ""},
      {get, "/readyz", route_kind::readyz, route_scope::open, ""},
      {get, "/metrics", route_kind::metrics, route_scope::owner, ""},
      {get, "/api/v1/servers", route_kind::server_list, route_scope::owner, ""},
      {post, "/api/v1/servers", route_kind::server_add, route_scope::owner, ""},
      {get, "/api/v1/servers/fs", route_kind::server_show, route_scope::owner, "fs"},
      {del, "/api/v1/servers/fs", route_kind::server_remove, route_scope::owner, "fs"},
      {post, "/api/v1/servers/fs/start", route_kind::server_start, route_scope::owner, "fs"},
      {post, "/api/v1/servers/fs/stop", route_kind::server_stop, route_scope::owner, "fs"},
      {post, "/api/v1/servers/fs/restart", route_kind::server_restart, route_scope::owner, "fs"},
      {get, "/api/v1/servers/fs/logs", route_kind::server_logs, route_scope::owner, "fs"},
      {get, "/api/v1/servers/fs/crashes", route_kind::server_crashes, route_scope::owner, "fs"},
      {get, "/api/v1/crashes", route_kind::crashes, route_scope::owner, ""},
      {get, "/api/v1/trajectories", route_kind::trajectories, route_scope::owner, ""},
      {get, "/api/v1/tools", route_kind::tools, route_scope::owner, ""},
      {get, "/api/v1/events", route_kind::events, route_scope::owner, ""},
  };
  for (const auto& x : rows) {
    BOOST_TEST_CONTEXT(x.path) {
      const auto found = find_route(x.method, x.path);
      BOOST_TEST(found.failure == 0);
      BOOST_TEST(to_string(found.where.kind) == to_string(x.kind));
      BOOST_TEST((found.where.scope == x.scope));
      BOOST_TEST(found.where.parameter == x.parameter);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_404_and_a_wrong_method_405_with_those_there_are) {
  struct row {
    http_method method;
    const char* path;
    int failure;
    const char* allow;
    route_scope scope;
  };
  using enum http_method;
  const std::vector<row> rows{
      {get, "/", 404, "", route_scope::open},
      {get, "", 404, "", route_scope::open},
      {get, "/.well-known/oauth-protected-resource", 404, "", route_scope::open},
      {post, "/mcp/", 404, "", route_scope::open},
      {post, "/mcp/fs/more", 404, "", route_scope::open},
      {post, "/mcpx", 404, "", route_scope::open},
      {get, "/api/v1/nothing", 404, "", route_scope::owner},
      {get, "/api/v1/servers/", 404, "", route_scope::owner},
      {get, "/api/v1/servers//logs", 404, "", route_scope::owner},
      {other, "/mcp", 405, "POST, GET, DELETE", route_scope::mcp},
      {other, "/mcp/fs", 405, "POST, GET, DELETE", route_scope::mcp},
      {post, "/healthz", 405, "GET", route_scope::open},
      {del, "/api/v1/servers", 405, "GET, POST", route_scope::owner},
      {get, "/api/v1/servers/fs/start", 405, "POST", route_scope::owner},
      {post, "/metrics", 405, "GET", route_scope::owner},
      {post, "/api/v1/crashes", 405, "GET", route_scope::owner},
      {del, "/api/v1/servers/fs/crashes", 405, "GET", route_scope::owner},
  };
  for (const auto& x : rows) {
    BOOST_TEST_CONTEXT(x.path) {
      const auto found = find_route(x.method, x.path);
      BOOST_TEST(found.failure == x.failure);
      BOOST_TEST(found.allow == x.allow);
      BOOST_TEST((found.where.kind == route_kind::none));
      BOOST_TEST((found.where.scope == x.scope));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
