// GET streams of legacy sessions, and where a stream that broke off goes on.
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr const char* accepts = "Accept: text/event-stream\r\n";

struct listening {
  server_fixture node;
  asking ask{node};
  std::vector<call_request> held; ///< The loop's.

  explicit listening(const std::function<void(gateway_options&)>& change = {}) : node(change) {
    node.on_loop([this] {
      node.tree.on_call = [this](call_request& x) {
        if (x.method == "tools/call" || x.method == "subscriptions/listen")
          held.push_back(x);
        else
          fake_backend::answer_ok(x);
      };
    });
  }
  ~listening() {
    node.on_loop([this] { held.clear(); });
  }
  http_client get(const std::string& headers, const std::string& path = "/mcp/fs") {
    auto client = node.connect();
    client.send(node.get(path, headers));
    return client;
  }
  std::string open() {
    auto text = initialize_text();
    text.replace(text.find("2025-06-18"), 10, "2025-11-25");
    return "Mcp-Session-Id: " + ask("/mcp/fs", text).headers["mcp-session-id"] + "\r\n";
  }
  /// Tells the session that is known as the `which`th.
  void tell(const std::string& json, std::size_t which = 0) {
    node.on_loop([&] {
      node.tree.listens.at(which).second.sink->event(std::make_shared<const std::string>(json));
    });
  }
  http_client begin_call(const std::string& session) {
    const auto before = node.on_loop([this] { return held.size(); });
    auto client = node.connect();
    client.send(node.post("/mcp/fs", call_text("7"), session));
    BOOST_TEST_REQUIRE(node.eventually([&] { return held.size() == before + 1; }));
    return client;
  }
  void event(const std::string& json, std::size_t which = 0) {
    node.on_loop([&] { held.at(which).reply->event(std::make_shared<const std::string>(json)); });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(listening_streams)

BOOST_AUTO_TEST_CASE(a_session_listens_and_hears_what_belongs_to_no_call) {
  listening x;
  const auto session = x.open();
  auto stream = x.get(session + accepts);
  const auto head = read_until(stream, "data:");
  BOOST_TEST(head.find("200 OK") != std::string::npos, head);
  BOOST_TEST(head.find("text/event-stream") != std::string::npos, head);
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.node.tree.listens.size() == 1; }));
  x.tell("{\"told\":1}");
  const auto seen = read_until(stream, "told");
  BOOST_TEST(seen.find("id: 1-1\nevent: message\ndata: {\"told\":1}\n\n") != std::string::npos,
             seen);
}

BOOST_AUTO_TEST_CASE(who_may_not_listen_is_told_why) {
  listening x;
  const auto session = x.open();
  const auto status = [&](const std::string& headers, const std::string& path = "/mcp/fs") {
    return x.get(headers, path).read().status;
  };
  BOOST_TEST(status(accepts) == 400);
  BOOST_TEST(status(session + "Accept: application/json\r\n") == 406);
  BOOST_TEST(status(std::string("Mcp-Session-Id: nobody\r\n") + accepts) == 404);
  BOOST_TEST(status(session + accepts + "MCP-Protocol-Version: 2026-07-28\r\n") == 405);
  BOOST_TEST(status(session + accepts + "MCP-Protocol-Version: 1999-01-01\r\n") == 400);
  BOOST_TEST(status(session + accepts, "/mcp") == 404); // Another path's session.
}

BOOST_AUTO_TEST_CASE(what_comes_while_nobody_listens_waits_once_each_and_within_bounds) {
  listening x;
  const auto session = x.open();
  x.ask("/mcp/fs",
        R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"a"}})", session);
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.node.tree.listens.size() == 1; }));
  x.tell("{\"n\":0}");
  x.tell("{\"n\":0}");
  for (int i = 1; i < 100; ++i) x.tell("{\"n\":" + std::to_string(i) + "}");
  auto stream = x.get(session + accepts);
  const auto seen = read_until(stream, "{\"n\":63}");
  BOOST_TEST(seen.find("id: 1-64\n") != std::string::npos); // Without the repeated one.
  x.tell("{\"last\":1}");
  BOOST_TEST(read_until(stream, "last").find("{\"n\":64}") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_message_goes_to_one_stream_and_too_many_end_the_oldest) {
  listening x;
  const auto session = x.open();
  std::vector<http_client> streams;
  for (int i = 0; i < 5; ++i) {
    streams.push_back(x.get(session + accepts));
    read_until(streams.back(), "data:");
  }
  x.tell("{\"told\":1}");
  BOOST_TEST(read_until(streams[4], "told").find("told") != std::string::npos);
  BOOST_TEST(read_until(streams[0], "0\r\n\r\n").ends_with("0\r\n\r\n"));
  BOOST_TEST(streams[3].read_some(std::chrono::milliseconds{50}).empty());
}

BOOST_AUTO_TEST_CASE(a_call_goes_on_where_its_stream_broke_off) {
  listening x;
  const auto session = x.open();
  auto call = x.begin_call(session);
  x.event("{\"progress\":1}");
  const auto before = read_until(call, "progress");
  BOOST_TEST(before.find("id: 1-0\nretry: 1000\ndata:\n\n") != std::string::npos, before);
  call.reset();
  BOOST_TEST(x.node.eventually([&] { return !x.held[0].reply->abandoned(); }));
  x.event("{\"progress\":2}");
  x.node.on_loop([&] { fake_backend::answer_ok(x.held.at(0)); });
  auto again = x.get(session + accepts + "Last-Event-ID: 1-1\r\n");
  const auto rest = read_until(again, "\r\n0\r\n\r\n");
  BOOST_TEST(rest.find("{\"progress\":1}") == std::string::npos, rest);
  BOOST_TEST(rest.find("{\"progress\":2}") != std::string::npos, rest);
  BOOST_TEST(rest.find("\"id\":7") != std::string::npos, rest);
  BOOST_TEST(x.node.on_loop([&] { return x.node.tree.cancelled.size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_place_of_nobody_is_a_stream_of_its_own) {
  listening x;
  const auto session = x.open();
  for (const char* place : {"99-1", "nonsense", "1-1"}) {
    auto stream = x.get(session + accepts + "Last-Event-ID: " + place + "\r\n");
    BOOST_TEST(read_until(stream, "data:").find("200 OK") != std::string::npos, place);
  }
}

BOOST_AUTO_TEST_CASE(a_session_that_is_over_ends_its_streams_and_one_that_listens_is_not_idle) {
  listening x(
      [](gateway_options& options) { options.mcp.sessions.idle = std::chrono::milliseconds{1}; });
  const auto session = x.open();
  auto stream = x.get(session + accepts);
  if (read_until(stream, "data:").find("200 OK") == std::string::npos) return; // It was slow.
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  x.tell("{\"told\":1}");
  BOOST_TEST(read_until(stream, "told").find("told") != std::string::npos);
  auto del = x.node.connect();
  del.send("DELETE /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(x.node.port) + "\r\n" +
           session + "\r\n");
  BOOST_TEST(del.read().status == 204);
  BOOST_TEST(read_until(stream, "0\r\n\r\n").find("0\r\n\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_owner_that_loses_a_session_ends_it) {
  listening x;
  const auto session = x.open();
  auto stream = x.get(session + accepts);
  read_until(stream, "data:");
  x.node.on_loop([&] { x.node.tree.listens.clear(); });
  BOOST_TEST(read_until(stream, "0\r\n\r\n").find("0\r\n\r\n") != std::string::npos);
  BOOST_TEST(x.get(session + accepts).read().status == 404);
}

BOOST_AUTO_TEST_CASE(a_session_is_asked_outside_of_calls_while_it_listens) {
  listening x;
  const auto session = x.open();
  auto stream = x.get(session + accepts);
  read_until(stream, "data:");
  std::string answer;
  const auto put = [&] {
    return x.node.on_loop([&] {
      return x.node.tree.listens.at(0).second.sink->ask(
          {"roots/list", "{}"}, [&](input_response y) { answer = std::move(y.json); });
    });
  };
  BOOST_TEST(put() == 1u);
  BOOST_TEST(read_until(stream, "roots/list").find(R"("id":1)") != std::string::npos);
  x.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})", session);
  BOOST_TEST(x.node.on_loop([&] { return answer; }) == R"({"roots":[]})");
  stream.reset();
  BOOST_TEST(x.node.eventually([&] {
    return x.node.tree.listens.at(0).second.sink->ask({"roots/list", "{}"}, {}) == 0;
  }));
}

BOOST_AUTO_TEST_CASE(changed_roots_are_passed_on) {
  listening x;
  const auto session = x.open();
  x.ask("/mcp/fs", R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", session);
  BOOST_TEST(
      x.ask("/mcp/fs", R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"})", session)
          .status == 202);
  const auto told = x.node.on_loop([&] { return x.node.tree.notices; });
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].second == "notifications/roots/list_changed");
}

BOOST_AUTO_TEST_CASE(
    a_modern_client_that_listens_must_take_a_stream_and_is_cut_off_if_it_does_not_read) {
  listening x([](gateway_options& options) { options.mcp.queued_bytes_max = 64 << 10; });
  const auto listen = modern_text("subscriptions/listen", R"("notifications":{})");
  auto text = x.node.post("/mcp/fs", listen, modern_headers("subscriptions/listen"));
  const std::string both = "application/json, text/event-stream";
  auto plain = x.node.connect();
  auto narrow = text;
  plain.send(narrow.replace(narrow.find(both), both.size(), "application/json"));
  BOOST_TEST(plain.read().status == 406);
  auto client = x.node.connect();
  client.send(text);
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 1; }));
  bool gone = false;
  x.node.on_loop([&] { x.held[0].reply->on_abandoned([&] { gone = true; }); });
  const std::string much(1 << 20, 'x');
  BOOST_TEST(x.node.eventually([&] {
    for (int i = 0; i < 8; ++i)
      x.held[0].reply->event(std::make_shared<const std::string>("\"" + much + "\""));
    return gone;
  }));
}

BOOST_AUTO_TEST_SUITE_END()
