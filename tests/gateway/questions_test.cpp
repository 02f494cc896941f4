// What servers ask of the clients of legacy sessions: on the call's own stream, and back.
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

std::string initialize_as(const std::string& capabilities) {
  auto text = initialize_text();
  const std::string none = R"("capabilities":{})";
  return text.replace(text.find(none), none.size(), R"("capabilities":)" + capabilities);
}

std::string result_text(const std::string& id,
                        const std::string& result = R"({"action":"accept"})") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + result + "}";
}

/// A node whose calls stay open, and what their servers were answered.
struct held_calls {
  server_fixture node;
  std::vector<call_request> held; ///< The loop's.
  std::vector<std::string> answers;
  asking ask{node};

  explicit held_calls(const std::function<void(gateway_options&)>& change = {}) : node(change) {
    node.on_loop([this] {
      node.tree.names = {"fs", "db"};
      node.tree.on_call = [this](call_request& x) {
        if (x.method == "tools/call")
          held.push_back(x);
        else
          fake_backend::answer_ok(x);
      };
    });
  }
  ~held_calls() {
    node.on_loop([this] { held.clear(); });
  }

  std::string open(const std::string& path = "/mcp/fs", const std::string& capabilities = "{}") {
    return "Mcp-Session-Id: " + ask(path, initialize_as(capabilities)).headers["mcp-session-id"] +
           "\r\n";
  }
  /// Sends a call and waits until its server has it.
  http_client begin(const std::string& session, const std::string& id = "7") {
    const auto before = node.on_loop([this] { return held.size(); });
    auto client = node.connect();
    client.send(node.post("/mcp/fs", call_text(id), session));
    BOOST_TEST_REQUIRE(node.eventually([&] { return held.size() == before + 1; }));
    return client;
  }
  /// The server of a held call asks. @returns the question's number
  std::uint64_t put(std::size_t which = 0, const std::string& method = "elicitation/create") {
    return node.on_loop([&, this] {
      return held.at(which).reply->ask({method, R"({"message":"?"})"}, [this](input_response x) {
        answers.push_back((x.failed ? "failed " : "ok ") + x.json);
      });
    });
  }
  void end(std::size_t which = 0) {
    node.on_loop([&, this] { fake_backend::answer_ok(held.at(which)); });
  }
  std::vector<std::string> told() {
    return node.on_loop([this] { return answers; });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(questions)

BOOST_AUTO_TEST_CASE(a_question_comes_on_the_stream_of_its_post_and_the_answer_by_another) {
  held_calls calls;
  const auto session = calls.open();
  auto client = calls.begin(session);
  BOOST_TEST(calls.put() == 1u);
  const auto seen = read_until(client, R"("id":1)");
  BOOST_TEST(seen.find("text/event-stream") != std::string::npos, seen);
  BOOST_TEST(
      seen.find(
          R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"?"}})") !=
          std::string::npos,
      seen);
  const auto reply = calls.ask("/mcp/fs", result_text("1"), session);
  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
  BOOST_TEST(calls.told() == std::vector<std::string>{R"(ok {"action":"accept"})"});
  BOOST_TEST(calls.put() == 2u); // By numbers of the session's own.
  calls.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}})", session);
  BOOST_TEST(calls.told().back() == R"(failed {"code":-1,"message":"no"})");
  calls.end();
  BOOST_TEST(read_until(client, "pong").find(R"("id":7)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_to_nothing_change_nothing) {
  held_calls calls;
  const auto session = calls.open();
  const auto stranger = calls.open();
  auto client = calls.begin(session);
  calls.put();
  for (const auto& [id, whose] : {std::pair{std::string("1"), stranger},
                                  {std::string("2"), session},
                                  {std::string("0"), session},
                                  {std::string("\"1\""), session},

                                  {std::string("-1"), session},
                                  {std::string("18446744073709551617"), session}})
    BOOST_TEST(calls.ask("/mcp/fs", result_text(id), whose).status == 202, id);
  BOOST_TEST(calls.told().empty());
  calls.ask("/mcp/fs", result_text("1"), session);
  calls.ask("/mcp/fs", result_text("1"), session); // Once more is nobody's.
  BOOST_TEST(calls.told().size() == 1u);
  calls.put();
  calls.end();
  BOOST_TEST(calls.ask("/mcp/fs", result_text("2"), session).status == 202); // Too late.
  BOOST_TEST(calls.told().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_question_may_be_withdrawn_and_its_client_is_told_so) {
  held_calls calls;
  const auto session = calls.open();
  auto client = calls.begin(session);
  calls.put();
  calls.node.on_loop([&] { calls.held[0].reply->withdraw(1); });
  const auto seen = read_until(client, "notifications/cancelled");
  BOOST_TEST(seen.find(R"("requestId":1)") != std::string::npos, seen);
  BOOST_TEST(calls.ask("/mcp/fs", result_text("1"), session).status == 202);
  BOOST_TEST(calls.told().empty());
  calls.end();
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_fails_what_it_was_asked_and_not_its_call) {
  held_calls calls;
  const auto session = calls.open();
  auto client = calls.begin(session);
  calls.put();
  client.reset();
  BOOST_TEST(calls.node.eventually([&] { return calls.answers.size() == 1; }));
  BOOST_TEST(calls.told()[0].starts_with(R"(failed {"code":-32603)"));
  BOOST_TEST(calls.put() == 0u); // There is no way to it any more.
  BOOST_TEST(calls.node.on_loop([&] { return calls.node.tree.cancelled.size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(who_takes_no_stream_and_who_has_no_session_cannot_be_asked) {
  held_calls calls;
  const auto session = calls.open();
  auto client = calls.node.connect();
  auto text = calls.node.post("/mcp/fs", call_text("1"), session);
  const std::string both = "application/json, text/event-stream";
  client.send(text.replace(text.find(both), both.size(), "application/json"));
  BOOST_TEST_REQUIRE(calls.node.eventually([&] { return calls.held.size() == 1; }));
  BOOST_TEST(calls.put() == 0u);
  auto modern = calls.node.connect();
  modern.send(modern_call(calls.node));
  BOOST_TEST_REQUIRE(calls.node.eventually([&] { return calls.held.size() == 2; }));
  BOOST_TEST(calls.put(1) == 0u);
  calls.end(0);
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_deleted_fails_its_questions_and_every_server_hears_of_it) {
  held_calls calls;
  const auto session = calls.open();
  const auto other = calls.open();
  calls.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", session);
  calls.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})", other);
  auto client = calls.begin(session);
  calls.put();
  auto del = calls.node.connect();
  del.send("DELETE /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(calls.node.port) +
           "\r\n" + session + "\r\n");
  BOOST_TEST(del.read().status == 204);
  BOOST_TEST_REQUIRE(calls.told().size() == 1u);
  BOOST_TEST(calls.told()[0].find("session is over") != std::string::npos);
  const auto ended = calls.node.on_loop([&] { return calls.node.tree.ended_sessions; });
  BOOST_TEST_REQUIRE(ended.size() == 1u); // Once for all calls.
  BOOST_TEST(ended[0].first == "fs");
  BOOST_TEST(session.find(ended[0].second) != std::string::npos);
  BOOST_TEST(calls.ask("/mcp/fs", result_text("1"), session).status == 404);
  BOOST_TEST(calls.put() == 0u); // It could answer no more.
  calls.end();
  BOOST_TEST(read_until(client, "pong").find("pong") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_session_that_makes_room_for_another_is_told_as_ended_too) {
  held_calls calls{[](auto& x) { x.mcp.sessions.sessions_max = 1; }};
  const auto first = calls.open();
  calls.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", first);
  calls.open("/mcp/db"); // Which has called nobody yet.
  calls.open("/mcp/db");
  const auto ended = calls.node.on_loop([&] { return calls.node.tree.ended_sessions; });
  BOOST_TEST_REQUIRE(ended.size() == 1u);
  BOOST_TEST(first.find(ended[0].second) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(servers_know_what_a_session_declared_and_at_which_level_it_listens) {
  held_calls calls;
  const auto session = calls.open("/mcp/fs", R"({"elicitation":{},"roots":{"listChanged":true}})");
  const auto set = [&](const std::string& params, const std::string& path = "/mcp/fs") {
    return calls.ask(
        path, R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":)" + params + "}",
        session);
  };
  BOOST_TEST(set(R"({"level":"error"})").body.find("pong") != std::string::npos); // The server's.
  for (const char* bad : {"{}", R"({"level":"loud"})", R"({"level":3})"})
    BOOST_TEST(code_in(set(bad)) == -32602, bad);
  auto client = calls.begin(session);
  calls.node.on_loop([&] {
    const auto& from = *calls.held.at(0).from;
    BOOST_TEST(session.find(from.session) != std::string::npos);
    BOOST_TEST(from.principal == "local");
    BOOST_TEST((from.capabilities.elicitation_form && from.capabilities.roots));
    BOOST_TEST((!from.capabilities.sampling && !from.capabilities.elicitation_url));
    BOOST_TEST(from.log_level == "error");
  });
  calls.end();
}

BOOST_AUTO_TEST_CASE(the_joint_endpoint_keeps_the_level_and_answers_for_itself) {
  held_calls calls;
  const auto session = calls.open("/mcp");
  const auto reply = calls.ask(
      "/mcp", R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}})",
      session);
  BOOST_TEST(reply.body == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  BOOST_TEST(code_in(calls.ask("/mcp", R"({"jsonrpc":"2.0","id":2,"method":"logging/setLevel"})",
                               session)) == -32602);
}

BOOST_AUTO_TEST_CASE(of_a_modern_client_each_call_says_what_it_can_be_asked) {
  held_calls calls;
  auto plain = calls.node.connect();
  plain.send(modern_call(calls.node));
  BOOST_TEST_REQUIRE(calls.node.eventually([&] { return calls.held.size() == 1; }));
  auto text = modern_text("tools/call", R"("name":"echo")");
  const std::string none = R"(clientCapabilities":{})";
  text.replace(text.find(none), none.size(),
               R"(clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/logLevel":"debug")");
  auto able = calls.node.connect();
  able.send(calls.node.post("/mcp/fs", text, modern_headers("tools/call", "echo")));
  BOOST_TEST_REQUIRE(calls.node.eventually([&] { return calls.held.size() == 2; }));
  calls.node.on_loop([&] {
    BOOST_TEST(!calls.held[0].from);
    BOOST_TEST_REQUIRE(calls.held[1].from);
    const auto& from = *calls.held[1].from;
    BOOST_TEST((from.session.empty() && from.principal == "local"));
    BOOST_TEST(from.capabilities.sampling);
    BOOST_TEST(from.log_level == "debug");
  });
}

BOOST_AUTO_TEST_SUITE_END()
