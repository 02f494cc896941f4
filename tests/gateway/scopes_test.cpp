#include "gateway/scopes.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(scopes)

BOOST_AUTO_TEST_CASE(a_scope_includes_what_its_use_takes) {
  scope_set x;
  BOOST_TEST(x.empty());
  x.add(scope::mcp_call);
  BOOST_TEST(x.has(scope::mcp_read));
  BOOST_TEST(!x.has(scope::control_read));
  x = {};
  x.add(scope::mcp_read);
  BOOST_TEST(!x.has(scope::mcp_call));
  x = {};
  x.add(scope::control_write);
  BOOST_TEST(x.has(scope::control_read));
  BOOST_TEST(!x.has(scope::mcp_read));
  x.add(scope::mcp_call);
  BOOST_TEST((x == scope_set::all()));
}

BOOST_AUTO_TEST_CASE(every_route_needs_the_scope_of_what_it_does) {
  using enum http_method;
  struct row {
    http_method method;
    const char* path;
    std::optional<scope> needed;
  };
  const std::vector<row> rows{
      {get, "/healthz", std::nullopt},
      {get, "/readyz", std::nullopt},
      {post, "/mcp", scope::mcp_read},
      {post, "/mcp/fs", scope::mcp_read},
      {get, "/mcp", scope::mcp_read},
      {del, "/mcp/fs", scope::mcp_read},
      {get, "/metrics", scope::control_read},
      {get, "/api/v1/servers", scope::control_read},
      {get, "/api/v1/servers/fs", scope::control_read},
      {get, "/api/v1/servers/fs/logs", scope::control_read},
      {get, "/api/v1/servers/fs/crashes", scope::control_read},
      {get, "/api/v1/crashes", scope::control_read},
      {get, "/api/v1/trajectories", scope::control_read},
      {get, "/api/v1/tools", scope::control_read},
      {get, "/api/v1/events", scope::control_read},
      {get, "/api/v1/nothing", scope::control_read},
      {post, "/api/v1/servers", scope::control_write},
      {del, "/api/v1/servers/fs", scope::control_write},
      {post, "/api/v1/servers/fs/start", scope::control_write},
      {post, "/api/v1/servers/fs/stop", scope::control_write},
      {post, "/api/v1/servers/fs/restart", scope::control_write},
      {post, "/api/v1/nothing", scope::control_write},
      {other, "/api/v1/servers", scope::control_write},
  };
  for (const auto& x : rows) {
    const auto found = find_route(x.method, x.path);
    BOOST_TEST((needed_scope(x.method, found.where.scope) == x.needed), x.path);
  }
}

BOOST_AUTO_TEST_CASE(of_what_is_asked_at_mcp_a_call_and_the_unknown_need_to_call) {
  for (const char* reads :
       {"initialize", "server/discover", "ping", "tools/list", "prompts/list", "prompts/get",
        "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "completion/complete", "logging/setLevel", "subscriptions/listen",
        "notifications/initialized", "notifications/cancelled", ""})
    BOOST_TEST((scope_of_method(reads) == scope::mcp_read), reads);
  for (const char* calls : {"tools/call", "tasks/get", "tasks/cancel", "tools/call ", "TOOLS/LIST",
                            "vendor/do", "sampling/createMessage"})
    BOOST_TEST((scope_of_method(calls) == scope::mcp_call), calls);
}

BOOST_AUTO_TEST_SUITE_END()
