// Calls that the gateway itself lets in nowhere: what a program is told and what is recorded agree.
#include "tests/gateway/clients_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

using nlohmann::json;

json failure_in(const http_reply& x) {
  const auto told = json::parse(x.body, nullptr, false);
  return told.is_object() && told.contains("error") ? told["error"] : json::object();
}

/// The last record is of a call that was refused at the door. @returns it
call_record refused(server_fixture& node, std::size_t count) {
  auto all = node.on_loop([&] { return node.tree.records; });
  BOOST_TEST_REQUIRE(all.size() == count);
  const auto& x = all.back();
  BOOST_TEST(!x.success());
  BOOST_TEST((x.admission == outcome::failed));
  for (const auto step : {x.transport, x.rpc, x.tool_outcome})
    BOOST_TEST((step == outcome::not_reached));
  BOOST_TEST(!x.failure.empty());
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(a_call_that_goes_nowhere_is_told_by_a_word_and_recorded_in_the_same_words) {
  with_tools node({{"ci", {"fs"}, {"fs__*"}, {"*__write"}}});
  asking ask(node);
  struct row {
    std::string path;
    std::string tool;
    const char* code;
    const char* server; ///< As the client is told.
    bool hidden = false;
  };
  const row rows[] = {
      {"/mcp/nope", "echo", "unknown_server", "nope"},
      {"/mcp/web", "read", "unknown_server", "web"}, // Which this client is not shown.
      {"/mcp/@nope", "echo", "unknown_server", ""},
      {"/mcp", "nope__echo", "tool_denied", ""},
      {"/mcp", "fs__nothing", "tool_denied", ""},
      {"/mcp", "fs__write", "tool_denied", "", true},
      {"/mcp/fs", "write", "tool_denied", "fs", true},
      {"/mcp/@all", "nope__echo", "tool_denied", ""},
      {"/mcp/@all", "call_tool", "bad_request", ""},
  };
  std::size_t count = 0;
  for (const auto& each : rows) BOOST_TEST_CONTEXT(each.path << " " << each.tool) {
      const auto failure = failure_in(call(ask, each.path, each.tool, caller_token));
      BOOST_TEST(failure["code"] == -32602);
      BOOST_TEST(failure["data"]["toolscore"]["code"] == each.code);
      BOOST_TEST(failure["data"]["toolscore"]["server"] == each.server);
      const auto record = refused(node, ++count);
      if (each.hidden) // Its owner reads more than the client is told.
        BOOST_TEST(record.failure == "node.access does not show this tool to ci");
      else
        BOOST_TEST(failure["message"] == record.failure);
      if (!each.hidden) BOOST_TEST(record.server.value == each.server);
      if (!each.hidden) BOOST_TEST(record.tool == each.tool);
    }
}

BOOST_AUTO_TEST_CASE(a_token_without_the_scope_is_told_by_a_word_too) {
  with_tools node({});
  asking ask(node);
  const auto reply = call(ask, "/mcp/fs", "read", reader_token);
  BOOST_TEST(reply.status == 403);
  const auto failure = failure_in(reply);
  BOOST_TEST(failure["data"]["toolscore"]["code"] == "unauthorized");
  BOOST_TEST(failure["message"] == refused(node, 1).failure);
}

BOOST_AUTO_TEST_CASE(what_is_no_call_is_refused_by_the_same_word_and_is_no_record) {
  with_tools node({});
  asking ask(node);
  const auto failure = failure_in(list(ask, "/mcp/nope", caller_token));
  BOOST_TEST(failure["data"]["toolscore"]["code"] == "unknown_server");
  BOOST_TEST(node.on_loop([&] { return node.tree.records.size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_call_over_its_sessions_limit_is_a_record) {
  server_fixture node{[](auto& x) { x.mcp.sessions.in_flight_max = 1; }};
  std::vector<exchange_ptr> held;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      if (x.method == "tools/call")
        held.push_back(x.reply);
      else
        fake_backend::answer_ok(x);
    };
  });
  asking ask{node};
  const auto session = ask.open("/mcp/fs");
  auto first = node.connect();
  first.send(node.post("/mcp/fs", call_text("1"), session));
  BOOST_REQUIRE(node.eventually([&] { return held.size() == 1; }));
  const auto failure = failure_in(ask("/mcp/fs", call_text("2", "echo"), session));
  BOOST_TEST(failure["data"]["toolscore"]["code"] == "queue_full");
  const auto record = refused(node, 1);
  BOOST_TEST(record.server.value == "fs");
  BOOST_TEST(record.tool == "echo");
  BOOST_TEST(failure["message"] == "server \"fs\" " + record.failure);
  node.on_loop([&] { held.clear(); });
}

BOOST_AUTO_TEST_SUITE_END()
