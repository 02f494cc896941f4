// The HTTP+SSE transport of 2024-11-05: a GET opens a session, POSTs say something in it, and all
// that is answered comes on the GET's stream.
#include "tests/gateway/clients_fixture.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

void switched_on(gateway_options& x) {
  x.mcp.http_sse = true;
}

/// The path that the stream names for POSTs, once it has.
std::string endpoint_in(const std::string& seen) {
  const std::string mark = "event: endpoint\ndata: ";
  const auto at = seen.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return seen.substr(from, seen.find("\n\n", from) - from);
}

struct old_client {
  server_fixture& node;
  asking ask{node};
  http_client stream = node.connect();
  std::string endpoint;

  explicit old_client(server_fixture& fixture, const std::string& path = "/mcp/fs/sse",
                      const std::string& headers = {})
      : node(fixture) {
    stream.send(node.get(path, headers));
    const auto head = read_until(stream, "sessionId=");
    auto text = head.substr(head.find("event: endpoint"));
    while (text.find("\n\n") == std::string::npos) text += stream.read_some();
    endpoint = endpoint_in(text);
  }
  int say(const std::string& message, const std::string& headers = {}) {
    return ask(endpoint, message, headers).status;
  }
  std::string heard(std::string_view text) { return read_until(stream, text); }
  /// Initializes, in that version. @returns what it was answered
  std::string open(const std::string& version = "2024-11-05") {
    auto text = initialize_text();
    text.replace(text.find("2025-06-18"), 10, version);
    BOOST_TEST(say(text) == 202);
    const auto answer = heard("protocolVersion");
    BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})") == 202);
    return answer;
  }
};

/// Holds calls back until they are answered here.
struct holding {
  server_fixture node{switched_on};
  std::vector<call_request> held; ///< The loop's.

  holding() {
    node.on_loop([this] {
      node.tree.on_call = [this](call_request& x) {
        if (x.method == "tools/call")
          held.push_back(x);
        else
          fake_backend::answer_ok(x);
      };
    });
  }
  ~holding() {
    node.on_loop([this] { held.clear(); });
  }
  bool holds(std::size_t count) {
    return node.eventually([&] { return held.size() == count; });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_sse)

BOOST_AUTO_TEST_CASE(it_is_not_there_unless_it_is_switched_on) {
  server_fixture node;
  asking ask{node};
  for (const char* path : {"/sse", "/mcp/fs/sse", "/mcp/@all/sse"}) {
    ask.client.send(node.get(path));
    const auto answer = ask.client.read();
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.body.find("http_sse") != std::string::npos, answer.body);
    BOOST_TEST(ask(path, initialize_text()).status == 404);
  }
}

BOOST_AUTO_TEST_CASE(a_post_is_taken_and_its_answer_comes_on_the_stream) {
  server_fixture node{switched_on};
  old_client x{node};
  BOOST_TEST(x.endpoint.starts_with("/mcp/fs/sse?sessionId="), x.endpoint);
  const auto answer = x.open();
  BOOST_TEST(answer.find(R"(event: message
data: {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2024-11-05")") != std::string::npos,
             answer);
  BOOST_TEST(answer.find("id: ") == std::string::npos); // Nobody can come back to it.
  BOOST_TEST(x.say(call_text("7")) == 202);
  const auto called = x.heard("pong");
  BOOST_TEST(called.find(R"("id":7)") != std::string::npos, called);
}

BOOST_AUTO_TEST_CASE(newer_versions_are_spoken_over_it_too_and_all_servers_at_once) {
  server_fixture node{switched_on};
  old_client x{node};
  BOOST_TEST(x.open("2025-11-25").find("2025-11-25") != std::string::npos);
  old_client all{node, "/sse"};
  BOOST_TEST(all.endpoint.starts_with("/sse?sessionId="), all.endpoint);
  const auto opened = all.open();
  BOOST_TEST(opened.find("2024-11-05") != std::string::npos, opened);
  BOOST_TEST(all.say(R"({"jsonrpc":"2.0","id":2,"method":"ping"})") == 202);
  BOOST_TEST(all.heard(R"("id":2,"result")").find("result") != std::string::npos);
  BOOST_TEST(node.on_loop([&] { return node.node->tls() == nullptr; }));
}

BOOST_AUTO_TEST_CASE(events_of_a_call_and_of_its_server_come_on_the_same_stream) {
  holding x;
  old_client client{x.node};
  client.open();
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.node.tree.listens.size() == 1; }));
  BOOST_TEST(client.say(call_text("7")) == 202);
  BOOST_TEST_REQUIRE(x.holds(1));
  x.node.on_loop([&] {
    x.held[0].reply->event(std::make_shared<const std::string>(R"({"step":1})"));
    x.node.tree.listens[0].second.sink->event(std::make_shared<const std::string>(R"({"told":1})"));
    fake_backend::answer_ok(x.held[0]);
  });
  const auto seen = client.heard("pong");
  const auto step = seen.find("{\"step\":1}");
  const auto told = seen.find("{\"told\":1}");
  BOOST_TEST(step < told);
  BOOST_TEST(told < seen.find("pong"));
}

BOOST_AUTO_TEST_CASE(a_server_may_ask_and_is_answered_by_a_post) {
  holding x;
  old_client client{x.node};
  client.open();
  BOOST_TEST(client.say(call_text("7")) == 202);
  BOOST_TEST_REQUIRE(x.holds(1));
  std::string answered;
  x.node.on_loop([&] {
    x.held[0].reply->ask({"roots/list", "{}"},
                         [&](input_response answer) { answered = answer.json; });
  });
  const auto asked = client.heard("roots/list");
  BOOST_TEST(asked.find(R"("id":1)") != std::string::npos, asked);
  BOOST_TEST(client.say(R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})") == 202);
  BOOST_TEST(x.node.eventually([&] { return answered == R"({"roots":[]})"; }));
}

BOOST_AUTO_TEST_CASE(with_its_stream_a_session_ends_and_its_calls_are_cancelled) {
  holding x;
  old_client client{x.node};
  client.open();
  BOOST_TEST(client.say(call_text("7")) == 202);
  BOOST_TEST_REQUIRE(x.holds(1));
  bool abandoned = false;
  x.node.on_loop([&] { x.held[0].reply->on_abandoned([&] { abandoned = true; }); });
  client.stream.reset();
  BOOST_TEST(x.node.eventually([&] { return abandoned; }));
  BOOST_TEST(x.node.eventually([&] { return x.node.tree.ended_sessions.size() == 1; }));
  BOOST_TEST(client.say(call_text("8")) == 404);
}

BOOST_AUTO_TEST_CASE(initialize_comes_first_and_once_and_modern_messages_are_refused) {
  server_fixture node{switched_on};
  old_client x{node};
  BOOST_TEST(x.say(call_text("7")) == 202);
  BOOST_TEST(x.heard("-32600").find("initialize comes first") != std::string::npos);
  BOOST_TEST(x.say(modern_text("server/discover")) == 202);
  BOOST_TEST(x.heard("-32601").find(R"("id":"m")") != std::string::npos);
  x.open();
  BOOST_TEST(x.say(initialize_text("9")) == 202);
  BOOST_TEST(x.heard("-32600").find("initialized already") != std::string::npos);
  BOOST_TEST(x.say(modern_text("tools/list")) == 202);
  BOOST_TEST(x.heard("-32601").find(R"("id":"m")") != std::string::npos);
  BOOST_TEST(node.on_loop([&] { return node.tree.called.size(); }) == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_there_is_a_record_too) {
  server_fixture node{switched_on};
  old_client x{node};
  asking ask{node};
  BOOST_TEST(ask("/mcp/fs/sse", call_text("1", "a")).status == 400);
  BOOST_TEST(ask("/mcp/fs/sse?sessionId=nobody", call_text("1", "b")).status == 404);
  BOOST_TEST(x.say(R"({"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"c"}})") ==
             400);
  BOOST_TEST(x.say(call_text("7", "d")) == 202);
  BOOST_TEST(x.heard("-32600").find(R"("code":"bad_request")") != std::string::npos);
  BOOST_TEST(x.say(modern_text("tools/call", R"("name":"e")")) == 202);
  x.heard("-32601");
  BOOST_TEST(x.say(R"({"jsonrpc":"1.0","id":1,"method":"ping"})") == 400);
  node.on_loop([&] {
    std::string tools;
    for (const auto& record : node.tree.records) {
      tools += record.tool;
      BOOST_TEST((record.admission == outcome::failed));
      BOOST_TEST(record.server.value == "fs");
      BOOST_TEST(!record.failure.empty());
    }
    BOOST_TEST(tools == "abcde");
    BOOST_TEST(node.tree.called.empty());
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_message_of_a_session_is_refused_at_once) {
  server_fixture node{switched_on};
  old_client x{node};
  x.open();
  asking ask{node};
  BOOST_TEST(ask("/mcp/fs/sse", call_text("1")).status == 400);
  BOOST_TEST(ask("/mcp/fs/sse?sessionId=nobody", call_text("1")).status == 404);
  // Another path's, and another transport's.
  const auto id = x.endpoint.substr(x.endpoint.find('?'));
  BOOST_TEST(ask("/sse" + id, call_text("1")).status == 404);
  const auto other = ask("/mcp/fs", initialize_text()).headers["mcp-session-id"];
  BOOST_TEST(ask("/mcp/fs/sse?sessionId=" + other, call_text("1")).status == 404);
  BOOST_TEST(ask("/mcp/fs", call_text("1"), "Mcp-Session-Id: " + id.substr(11) + "\r\n").status ==
             404);
  BOOST_TEST(x.say("{") == 400);
  BOOST_TEST(x.say("[" + call_text("1") + "]") == 400); // That version has no batches.
  BOOST_TEST(x.say(call_text("1"), "Host: evil.example\r\n") == 403); // Two of them.
  const auto get = [&](const std::string& path, const std::string& headers) {
    auto client = node.connect();
    client.send(node.get(path, headers));
    return client.read().status;
  };
  BOOST_TEST(get("/mcp/nobody/sse", {}) == 404);
  BOOST_TEST(get("/mcp/@nobody/sse", {}) == 404);
  BOOST_TEST(get("/mcp/fs/sse", "Accept: application/json\r\n") == 406);
  BOOST_TEST(get("/mcp/fs/sse", "Origin: http://evil.example\r\n") == 403);
}

BOOST_AUTO_TEST_CASE(a_batch_is_answered_as_one_where_the_version_has_them) {
  server_fixture node{switched_on};
  old_client x{node};
  x.open("2025-03-26");
  BOOST_TEST(x.say("[" + call_text("1") + "," + call_text("2") + "]") == 202);
  const auto seen = x.heard("pong\"}]}}]");
  BOOST_TEST(seen.find("data: [{") != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(a_session_is_its_principals_and_what_it_may_ask_is_its_scopes) {
  server_fixture node{[](gateway_options& x) {
    with_clients(x);
    x.mcp.http_sse = true;
    access_rule nothing;
    nothing.client = "ci";
    nothing.servers = {"web"};
    x.rules = {nothing};
  }};
  asking ask{node};
  auto nobody = node.connect();
  nobody.send(node.get("/mcp/fs/sse"));
  BOOST_TEST(nobody.read().status == 401);
  auto hidden = node.connect();
  hidden.send(node.get("/mcp/fs/sse", bearer(caller_token)));
  BOOST_TEST(hidden.read().status == 404);
  old_client x{node, "/mcp/fs/sse", bearer(reader_token)};
  BOOST_TEST(x.say(initialize_text()) == 401);
  BOOST_TEST(x.say(initialize_text(), bearer(operator_token)) == 403);
  BOOST_TEST(x.say(initialize_text(), node.owner_header()) == 404); // Not the owner's session.
  BOOST_TEST(x.say(initialize_text(), bearer(reader_token)) == 202);
  x.heard("protocolVersion");
  BOOST_TEST(x.say(call_text("1"), bearer(reader_token)) == 202);
  BOOST_TEST(x.heard("mcp:call").find("\"id\":1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(there_are_as_many_sessions_as_there_may_be) {
  server_fixture node{[](gateway_options& x) {
    x.mcp.http_sse = true;
    x.mcp.sessions.sessions_max = 1;
    x.mcp.sessions.in_flight_max = 1;
  }};
  std::vector<call_request> held;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      if (x.method == "tools/call")
        held.push_back(x);
      else
        fake_backend::answer_ok(x);
    };
  });
  old_client x{node};
  x.open();
  auto second = node.connect();
  second.send(node.get("/sse"));
  BOOST_TEST(second.read().status == 503);
  BOOST_TEST(x.say(call_text("1")) == 202);
  BOOST_TEST(x.say(call_text("2")) == 202);
  const auto seen = x.heard("in flight");
  BOOST_TEST(seen.find(R"("id":2)") != std::string::npos, seen);
  node.on_loop([&] { held.clear(); });
}

BOOST_AUTO_TEST_CASE(a_node_that_stops_answers_what_is_in_flight_and_ends_the_stream) {
  holding x;
  old_client busy{x.node};
  busy.open();
  old_client idle{x.node};
  idle.open();
  BOOST_TEST(busy.say(call_text("7")) == 202);
  BOOST_TEST_REQUIRE(x.holds(1));
  std::promise<void> closed;
  x.node.on_loop([&] { x.node.node->close([&] { closed.set_value(); }); });
  BOOST_TEST(idle.stream.closed_by_peer());
  x.node.on_loop([&] { fake_backend::answer_ok(x.held[0]); });
  const auto seen = busy.heard("pong");
  BOOST_TEST(seen.find(R"("id":7)") != std::string::npos, seen);
  BOOST_TEST(busy.stream.closed_by_peer());
  closed.get_future().wait();
}

BOOST_AUTO_TEST_SUITE_END()
