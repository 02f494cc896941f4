#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <vector>

using namespace toolscore;
using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(mcp_endpoint)

BOOST_AUTO_TEST_CASE(media_types_are_checked_before_the_body) {
  server_fixture node;
  auto client = node.connect();
  const auto ask = [&](const char* lines) {
    client.send("POST /mcp HTTP/1.1\r\nHost: localhost:" + std::to_string(node.port) + "\r\n" +
                lines + "Content-Length: 3\r\n\r\nbad");
    return client.read().status;
  };
  BOOST_TEST(ask("") == 415);
  BOOST_TEST(ask("Content-Type: text/plain\r\n") == 415);
  BOOST_TEST(ask("Content-Type: application/json\r\nAccept: text/html\r\n") == 406);
  BOOST_TEST(ask("Content-Type: application/json; charset=utf-8\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_refused_without_an_invented_id) {
  server_fixture node;
  asking ask{node};
  struct row {
    const char* body;
    int code;
  };
  const std::vector<row> rows{
      {"", -32700},
      {"{", -32700},
      {"[]", -32600},
      {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600},
      {"1", -32600},
      {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600},
  };
  for (const auto& x : rows) {
    BOOST_TEST_CONTEXT(x.body) {
      const auto reply = ask("/mcp", x.body);
      BOOST_TEST(reply.status == 400);
      BOOST_TEST(code_in(reply) == x.code);
      BOOST_TEST(reply.body.find(R"("id":null)") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(modern_requests_are_checked_in_the_one_right_order) {
  server_fixture node;
  asking ask{node};
  struct row {
    const char* what;
    std::string body;
    std::string headers;
    int status;
    int code;
  };
  const std::string bad_meta =
      R"({"jsonrpc":"2.0","id":"m","method":"tools/call","params":{"name":"echo","_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})";
  const std::string other_version =
      R"({"jsonrpc":"2.0","id":"m","method":"tools/list","params":{"_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2099-01-01",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  const auto call = modern_text("tools/call", R"("name":"echo")");
  const std::vector<row> rows{
      {"7 before 8: meta before headers", bad_meta, "", 400, -32602},
      {"8 before 9: version header first", call, "Mcp-Method: other\r\n", 400, -32020},
      {"8 before 10: mismatch before support", other_version,
       "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n", 400, -32020},
      {"9: method", call, modern_headers("tools/list", "echo"), 400, -32020},
      {"9: name missing", call, modern_headers("tools/call"), 400, -32020},
      {"9: name other", call, modern_headers("tools/call", "Echo"), 400, -32020},
      {"9: name with spaces around", call, modern_headers("tools/call", " echo  "), 200, 0},
      {"9: name in Base64", call, modern_headers("tools/call", "=?base64?ZWNobw==?="), 200, 0},
      {"9: bad Base64", call, modern_headers("tools/call", "=?base64?ZWNobw=?="), 400, -32020},
      {"10: version", other_version,
       "MCP-Protocol-Version: 2099-01-01\r\nMcp-Method: tools/list\r\n", 400, -32022},
      {"11: initialize is legacy's", modern_text("initialize"), modern_headers("initialize"), 404,
       -32601},
      {"11: ping is legacy's", modern_text("ping"), modern_headers("ping"), 404, -32601},
      {"11: unknown", modern_text("no/such"), modern_headers("no/such"), 404, -32601},
  };
  for (const auto& x : rows) {
    BOOST_TEST_CONTEXT(x.what) {
      const auto reply = ask("/mcp/fs", x.body, x.headers);
      BOOST_TEST(reply.status == x.status);
      BOOST_TEST(code_in(reply) == x.code);
      BOOST_TEST(reply.body.find(R"("id":"m")") != std::string::npos);
      BOOST_TEST(!reply.headers.contains("mcp-session-id"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_host_or_origin_of_others_is_403_on_every_path) {
  server_fixture node;
  for (const char* path : {"/mcp", "/mcp/fs", "/healthz", "/api/v1/servers", "/metrics", "/x"}) {
    for (const std::string& lines :
         {std::string{"Host: evil.example\r\n"},
          "Host: localhost:" + std::to_string(node.port) + "\r\nOrigin: http://evil.example\r\n",
          "Host: localhost:" + std::to_string(node.port) + "\r\nOrigin: null\r\n"}) {
      auto client = node.connect();
      client.send("POST " + std::string{path} + " HTTP/1.1\r\n" + lines + node.owner_header() +
                  "Content-Length: 0\r\n\r\n");
      BOOST_TEST(client.read().status == 403);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_session_is_needed_known_and_bound_to_its_path) {
  server_fixture node;
  asking ask{node};
  BOOST_TEST(ask("/mcp/fs", call_text("1")).status == 400);
  BOOST_TEST(ask("/mcp/fs", call_text("1"), "Mcp-Session-Id: nope\r\n").status == 404);
  const auto session = ask.open("/mcp/fs");
  BOOST_TEST(ask("/mcp/fs", call_text("1"), session).status == 200);
  BOOST_TEST(ask("/mcp", call_text("1"), session).status == 404);
  const auto other = ask.open("/mcp");
  BOOST_TEST(other != session);
  BOOST_TEST(ask("/mcp/fs", call_text("1"), session + node.owner_header()).status == 404);
}

BOOST_AUTO_TEST_CASE(an_initialize_that_failed_opens_no_session) {
  server_fixture node;
  node.on_loop([&] {
    node.tree.on_call = [](call_request& x) {
      x.reply->end(200, std::make_shared<const std::string>(
                            R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}})"));
    };
  });
  asking ask{node};
  const auto reply = ask("/mcp/fs", initialize_text());
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(!reply.headers.contains("mcp-session-id"));
}

BOOST_AUTO_TEST_CASE(the_owner_of_a_server_is_told_all_it_needs) {
  server_fixture node;
  call_request seen;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      seen = x;
      fake_backend::answer_ok(x);
    };
  });
  asking ask{node};
  ask("/mcp/fs", modern_text("tools/call", R"("name":"echo")"),
      modern_headers("tools/call", "echo"));
  node.on_loop([&] {
    BOOST_TEST((seen.client == era::modern));
    BOOST_TEST(seen.version == "2026-07-28");
    BOOST_TEST(seen.tool == "echo");
    BOOST_TEST(seen.method == "tools/call");
    BOOST_TEST(seen.reply->who().name == "local");
    BOOST_TEST(!seen.reply->who().owner);
    BOOST_TEST(seen.ids.trajectory.empty());
  });
  const auto session = ask.open("/mcp/fs");
  ask("/mcp/fs", call_text("1"), session);
  const auto first = node.on_loop([&] { return seen.ids.trajectory; });
  BOOST_TEST(first.starts_with("session-"));
  BOOST_TEST(session.find(first.substr(8)) == std::string::npos); // no record gives a session away
  ask("/mcp/fs", call_text("2"), session);
  node.on_loop([&] {
    BOOST_TEST((seen.client == era::legacy));
    BOOST_TEST(seen.version == "2025-06-18");
    BOOST_TEST(seen.ids.trajectory == first);
  });
  const std::string named =
      R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","_meta":{)"
      R"("toolscore.dev/task":"t1","toolscore.dev/trajectory":"j1","traceparent":"00-x"}}})";
  ask("/mcp/fs", named, session);
  node.on_loop([&] {
    BOOST_TEST(seen.ids.task == "t1");
    BOOST_TEST(seen.ids.trajectory == "j1");
    BOOST_TEST(seen.ids.trace == "00-x");
    seen = {};
  });
}

BOOST_AUTO_TEST_CASE(a_cancelled_notification_cancels_the_call_of_its_session_alone) {
  server_fixture node;
  std::vector<exchange_ptr> held;
  const auto hold = [&](call_request& x) {
    if (x.method == "tools/call")
      held.push_back(x.reply);
    else
      fake_backend::answer_ok(x);
  };
  node.on_loop([&] { node.tree.on_call = hold; });
  asking ask{node};
  const auto session = ask.open("/mcp/fs");
  const auto stranger = ask.open("/mcp/fs");
  auto caller = node.connect();
  caller.send(node.post("/mcp/fs", call_text("7"), session));
  BOOST_REQUIRE(node.eventually([&] { return held.size() == 1; }));
  const auto cancel = [](const char* id) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
           std::string{id} + "}}";
  };
  BOOST_TEST(ask("/mcp/fs", cancel("7"), stranger).status == 202);
  BOOST_TEST(ask("/mcp/fs", cancel("\"7\""), session).status == 202);
  BOOST_TEST(ask("/mcp/fs", cancel("8"), session).status == 202);
  BOOST_TEST(node.on_loop([&] { return node.tree.cancelled.size(); }) == 0u);
  BOOST_TEST(ask("/mcp/fs", cancel("7"), session).status == 202);
  BOOST_TEST(caller.read().body.find("cancelled") != std::string::npos);
  BOOST_TEST(node.on_loop([&] { return node.tree.cancelled.size(); }) == 1u);
  // The call is over now, so a second one finds nothing.
  BOOST_TEST(ask("/mcp/fs", cancel("7"), session).status == 202);
  BOOST_TEST(node.on_loop([&] { return node.tree.cancelled.size(); }) == 1u);
  node.on_loop([&] { held.clear(); });
}

BOOST_AUTO_TEST_CASE(a_session_has_a_bounded_number_of_calls_in_flight) {
  server_fixture node{[](auto& x) { x.mcp.sessions.in_flight_max = 2; }};
  std::vector<exchange_ptr> held;
  const auto hold = [&](call_request& x) {
    if (x.method == "tools/call")
      held.push_back(x.reply);
    else
      fake_backend::answer_ok(x);
  };
  node.on_loop([&] { node.tree.on_call = hold; });
  asking ask{node};
  const auto session = ask.open("/mcp/fs");
  auto a = node.connect();
  auto b = node.connect();
  a.send(node.post("/mcp/fs", call_text("1"), session));
  b.send(node.post("/mcp/fs", call_text("2"), session));
  BOOST_REQUIRE(node.eventually([&] { return held.size() == 2; }));
  BOOST_TEST(code_in(ask("/mcp/fs", call_text("3"), session)) == -32603);
  node.on_loop([&] { held.clear(); }); // dropped without an end: repaired
  BOOST_TEST(code_in(a.read()) == -32603);
  BOOST_TEST(code_in(b.read()) == -32603);
}

BOOST_AUTO_TEST_CASE(an_unknown_server_is_named_and_its_calls_are_recorded) {
  server_fixture node;
  asking ask{node};
  const auto reply = ask("/mcp/nope", call_text("5", "echo"));
  BOOST_TEST(reply.status == 404);
  BOOST_TEST(code_in(reply) == -32602);
  BOOST_TEST(reply.body.find("GET /api/v1/servers") != std::string::npos);
  BOOST_TEST(reply.body.find("\"id\":5") != std::string::npos);
  BOOST_TEST(ask("/mcp/nope", initialize_text()).status == 404);
  node.on_loop([&] {
    BOOST_REQUIRE(node.tree.records.size() == 1u);
    const auto& x = node.tree.records[0];
    BOOST_TEST(x.server.value == "nope");
    BOOST_TEST(x.tool == "echo");
    BOOST_TEST((x.admission == outcome::failed));
    BOOST_TEST(!x.success());
    BOOST_TEST(x.arguments.of(*x.request) == R"({"text":"hello"})");
  });
}

BOOST_AUTO_TEST_CASE(responses_and_notifications_of_a_session_are_accepted_without_a_body) {
  server_fixture node;
  asking ask{node};
  const auto session = ask.open("/mcp");
  const auto response = ask("/mcp", R"({"jsonrpc":"2.0","id":1,"result":{}})", session);
  BOOST_TEST(response.status == 202);
  BOOST_TEST(response.body.empty());
  BOOST_TEST(ask("/mcp", R"({"jsonrpc":"2.0","method":"notifications/x"})", session).status == 202);
}

BOOST_AUTO_TEST_CASE(a_node_that_wants_a_token_for_mcp_gets_it) {
  server_fixture node{[](auto& x) { x.mcp_token = true; }};
  asking ask{node};
  const auto refused = ask("/mcp", initialize_text());
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.headers.at("www-authenticate") == "Bearer");
  BOOST_TEST(ask("/mcp", initialize_text(), node.owner_header()).status == 200);
  auto client = node.connect();
  client.send(node.get("/healthz"));
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
