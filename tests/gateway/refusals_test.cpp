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

BOOST_AUTO_TEST_CASE(
    a_call_that_a_check_of_the_protocol_refuses_is_one_and_its_error_stays_as_it_is) {
  server_fixture node;
  asking ask{node};
  const auto good = modern_headers("tools/call", "echo");
  const auto call = modern_text("tools/call", R"("name":"echo","arguments":{"n":1})");
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto text = call;
    return text.replace(text.find(from), from.size(), to);
  };
  struct row {
    const char* what;
    std::string body;
    std::string headers;
    int status;
    int code;
    const char* tool = "echo";
  };
  const row rows[] = {
      {"no version in the head", call, "Mcp-Method: tools/call\r\nMcp-Name: echo\r\n", 400, -32020},
      {"another version", call,
       "MCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n", 400,
       -32020},
      {"another method", call, modern_headers("tools/list", "echo"), 400, -32020},
      {"another tool", call, modern_headers("tools/call", "Echo"), 400, -32020},
      {"no tool", call, modern_headers("tools/call"), 400, -32020},
      {"bad Base64", call, modern_headers("tools/call", "=?base64?ZWNobw=?="), 400, -32020},
      {"no capabilities", changed(R"(,"io.modelcontextprotocol/clientCapabilities":{})", ""), good,
       400, -32602},
      {"no such version", changed("2026-07-28", "2099-01-01"),
       "MCP-Protocol-Version: 2099-01-01\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n", 400,
       -32022},
      {"no session", call_text("1"), "", 400, -32600},
      {"no such session", call_text("1"), "Mcp-Session-Id: nope\r\n", 404, -32600},
      {"no JSON-RPC", changed("2.0", "1.0"), good, 400, -32600},
      {"a name said twice", changed(R"("name")", R"("name":"other","name")"), good, 400, -32600,
       ""},
  };
  std::size_t count = 0;
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.what) {
      const auto reply = ask("/mcp/fs", x.body, x.headers);
      BOOST_TEST(reply.status == x.status);
      const auto failure = failure_in(reply);
      BOOST_TEST(failure["code"] == x.code);
      BOOST_TEST(failure["data"]["toolscore"]["code"] == "bad_request");
      BOOST_TEST(failure["data"]["toolscore"]["server"] == "fs");
      BOOST_TEST(failure["data"].contains("supported") == (x.code == -32022));
      BOOST_TEST(failure["data"].contains("requested") == (x.code == -32022));
      const auto record = refused(node, ++count);
      BOOST_TEST(record.failure == failure["message"]);
      BOOST_TEST(record.server.value == "fs");
      BOOST_TEST(record.method == "tools/call");
      BOOST_TEST(record.tool == x.tool);
      BOOST_TEST(record.arguments.of(*record.request).empty() == false);
    }
}

BOOST_AUTO_TEST_CASE(such_a_record_says_whose_call_it_is_as_any_other) {
  with_tools node({});
  asking ask(node);
  const auto text =
      R"({"jsonrpc":"2.0","id":"m","method":"tools/call","params":{"name":"fs__read","_meta":{)"
      R"("toolscore.dev/trajectory":"T","toolscore.dev/task":"K",)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  BOOST_TEST(ask("/mcp", text, modern_headers("tools/call") + bearer(caller_token)).status == 400);
  const auto record = refused(node, 1);
  BOOST_TEST(record.ids.trajectory == "T");
  BOOST_TEST(record.ids.task == "K");
  BOOST_TEST(record.principal == "ci");
  BOOST_TEST(record.server.value ==
             ""); // A joint endpoint's names are looked up behind the checks.
  BOOST_TEST(record.tool == "fs__read");
}

BOOST_AUTO_TEST_CASE(media_types_that_are_none_of_ours_hide_no_call) {
  server_fixture node;
  auto client = node.connect();
  const auto ask = [&](const std::string& lines) {
    const auto body = call_text("1");
    client.send("POST /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(node.port) + "\r\n" +
                lines + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  };
  const auto plain = ask("Content-Type: text/plain\r\n");
  BOOST_TEST(plain.status == 415);
  BOOST_TEST(failure_in(plain)["message"] == refused(node, 1).failure);
  BOOST_TEST(plain.body.find("\"id\"") == std::string::npos);
  const auto page = ask("Content-Type: application/json\r\nAccept: text/html\r\n");
  BOOST_TEST(page.status == 406);
  BOOST_TEST(failure_in(page)["data"]["toolscore"]["code"] == "bad_request");
  BOOST_TEST(failure_in(page)["message"] == refused(node, 2).failure);
}

BOOST_AUTO_TEST_CASE(each_call_of_a_refused_batch_is_a_record) {
  server_fixture node{[](auto& x) { x.mcp.sessions.in_flight_max = 4; }};
  asking ask{node};
  const std::string ping = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";
  const auto batch = "[" + call_text("1") + "," + ping + "," + call_text("3", "other") + ",[]]";
  const auto reply = ask("/mcp/fs", batch);
  BOOST_TEST(reply.status == 400);
  const auto failure = failure_in(reply);
  BOOST_TEST(failure["code"] == -32600);
  BOOST_TEST(failure["data"]["toolscore"]["code"] == "bad_request");
  const auto last = refused(node, 2);
  BOOST_TEST(last.tool == "other");
  BOOST_TEST(last.failure == failure["message"]);
  BOOST_TEST(*last.request == call_text("3", "other")); // Of the batch it holds its own part only.
  node.on_loop([&] { BOOST_TEST(node.tree.records[0].tool == "echo"); });
  BOOST_TEST(!failure_in(ask("/mcp/fs", "[" + ping + "]")).contains("data"));
  std::string five;
  for (int i = 0; i < 5; ++i) five += (i == 0 ? "[" : ",") + call_text("1");
  BOOST_TEST(!failure_in(ask("/mcp/fs", five + "]")).contains("data")); // Too many to be looked at.
  refused(node, 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_for_a_call_is_no_record) {
  server_fixture node;
  asking ask{node};
  const auto call = modern_text("tools/call", R"("name":"echo")");
  const std::string rows[] = {
      call.substr(0, call.size() - 1),                                    // No JSON.
      R"({"jsonrpc":"1.0","method":"tools/call","params":{"name":"a"}})", // A notification.
      R"({"id":1,"method":"tools/call","method":"ping"})",                // One of two methods.
      modern_text("tools/list"),                                          // No call.
      R"({"jsonrpc":"2.0","id":1,"result":{"method":"tools/call"}})",     // An answer.
      R"("tools/call")",
  };
  for (const auto& text : rows) BOOST_TEST_CONTEXT(text) {
      const auto reply = ask("/mcp/fs", text);
      BOOST_TEST(reply.status == 400);
      BOOST_TEST(!failure_in(reply).contains("data"));
    }
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
