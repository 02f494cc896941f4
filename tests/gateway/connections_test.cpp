#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <vector>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// Keeps every turn unanswered.
class holding_handler final : public request_handler {
public:
  std::vector<std::uint64_t> turns;
  std::shared_ptr<client_connection> connection;
  head_verdict on_head(inbound_request&) override { return {}; }
  void on_request(inbound_request&, const std::shared_ptr<client_connection>& x,
                  std::uint64_t turn) override {
    connection = x;
    turns.push_back(turn);
  }
  void on_upgrade(inbound_request&, stream_socket) override {}
};

bytes text(std::string x) {
  return std::make_shared<const std::string>(std::move(x));
}

} // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_many_requests) {
  server_fixture node;
  auto client = node.connect();
  for (int i = 0; i < 100; ++i) {
    client.send(modern_call(node));
    BOOST_REQUIRE(client.read().status == 200);
  }
  BOOST_TEST(node.on_loop([&] { return node.tree.records.size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(requests_sent_ahead_are_answered_in_order) {
  server_fixture node;
  auto client = node.connect();
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += modern_call(node) + node.get(i % 2 ? "/healthz" : "/nothing");
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    BOOST_REQUIRE(client.read().status == 200);
    BOOST_REQUIRE(client.read().status == (i % 2 ? 200 : 404));
  }
}

BOOST_AUTO_TEST_CASE(a_request_in_single_bytes_is_a_request) {
  server_fixture node;
  auto client = node.connect();
  for (const char c : modern_call(node)) client.send({&c, 1});
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_put_together) {
  server_fixture node;
  std::string seen;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      seen = *x.body;
      fake_backend::answer_ok(x);
    };
  });
  auto client = node.connect();
  const std::string body = initialize_text();
  std::string request = "POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(node.port) +
                        "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  char size[16];
  for (std::size_t at = 0; at < body.size(); at += 10) {
    const auto part = body.substr(at, 10);
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    request += size + part + "\r\n";
  }
  client.send(request + "0\r\nTrailer: x\r\n\r\n");
  BOOST_TEST(client.read().status == 200);
  BOOST_TEST(node.on_loop([&] { return seen; }) == body);
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_whole_and_the_connection_lives_on) {
  server_fixture node;
  std::size_t size = 0;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      size = x.body->size();
      x.reply->end(200, x.body);
    };
  });
  auto client = node.connect();
  const std::string large = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"x":")" +
                            std::string(3'000'000, 'y') + "\"}}";
  client.send(node.post("/mcp/fs", large));
  const auto reply = client.read();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST((reply.body == large));
  client.send(node.get("/healthz"));
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413_and_the_answer_can_be_read) {
  server_fixture node{[](auto& x) { x.connections.reader.body_bytes_max = 1'000; }};
  auto client = node.connect();
  client.send(node.post("/mcp/fs", std::string(200'000, 'x')));
  const auto told = client.read();
  BOOST_TEST(told.status == 413);
  BOOST_TEST(told.body == R"({"jsonrpc":"2.0","error":{"code":-32600,)"
                          R"("message":"the body is over 1000 bytes; send less at once"}})");
  auto chunked = node.connect();
  chunked.send("POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(node.port) +
               "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" +
               std::string(0xfff, 'x') + "\r\n0\r\n\r\n");
  BOOST_TEST(chunked.read().status == 413);
}

BOOST_AUTO_TEST_CASE(a_head_over_the_limit_is_431) {
  server_fixture node;
  auto client = node.connect();
  std::string bomb = "GET /healthz HTTP/1.1\r\n";
  for (int i = 0; i < 2'000; ++i) bomb += "X-" + std::to_string(i) + ": yyyyyyyyyyyyyyyy\r\n";
  client.send(bomb);
  const auto told = client.read();
  BOOST_TEST(told.status == 431);
  BOOST_TEST(told.body == R"({"error":{"code":"too_large",)"
                          R"("message":"the head is over 16384 bytes; send fewer headers"}})");
  BOOST_TEST(client.closed_by_peer());
  auto endless = node.connect();
  endless.send("GET /" + std::string(40'000, 'a'));
  BOOST_TEST(endless.read().status == 431);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_and_the_connection_ended) {
  server_fixture node;
  for (const char* garbage : {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9\r\n\r\n",
                              "GET / HTTP/1.1\r\nbad header\r\n\r\n"}) {
    auto client = node.connect();
    client.send(garbage);
    BOOST_TEST(client.read().status == 400);
    BOOST_TEST(client.closed_by_peer());
  }
}

BOOST_AUTO_TEST_CASE(two_lengths_for_one_body_are_refused) {
  server_fixture node;
  const auto start = "POST /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(node.port) +
                     "\r\nContent-Type: application/json\r\n";
  for (const char* lengths :
       {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", "Content-Length: -2\r\n\r\n{}"}) {
    auto client = node.connect();
    client.send(start + lengths);
    const auto reply = client.read();
    BOOST_TEST((reply.status == 400 || reply.status == 501));
    BOOST_TEST(client.closed_by_peer());
  }
}

BOOST_AUTO_TEST_CASE(a_head_that_never_ends_times_out) {
  server_fixture node{[](auto& x) { x.connections.header = 100ms; }};
  auto client = node.connect();
  client.send("POST /mcp HTTP/1.1\r\nHost: localhost");
  BOOST_TEST(client.read().status == 408);
  BOOST_TEST(client.closed_by_peer());
}

BOOST_AUTO_TEST_CASE(a_head_sent_in_drops_times_out_all_the_same) {
  server_fixture node{[](auto& x) { x.connections.header = 200ms; }};
  auto client = node.connect();
  http_reply reply;
  for (int i = 0; i < 100 && reply.status == 0; ++i) {
    client.send("X");
    reply = client.read(20ms);
  }
  BOOST_TEST(reply.status == 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_never_comes_times_out) {
  server_fixture node{[](auto& x) { x.connections.body = 100ms; }};
  auto client = node.connect();
  const auto request = node.post("/mcp", initialize_text());
  client.send(request.substr(0, request.size() - 1));
  BOOST_TEST(client.read().status == 408);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_and_one_in_a_call_is_not) {
  server_fixture node{[](auto& x) { x.connections.idle = 100ms; }};
  exchange_ptr held;
  node.on_loop([&] { node.tree.on_call = [&](call_request& x) { held = x.reply; }; });
  auto busy = node.connect();
  busy.send(modern_call(node));
  BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
  auto idle = node.connect();
  BOOST_TEST(idle.closed_by_peer());
  BOOST_TEST(!busy.closed_by_peer(300ms));
  node.on_loop([&] { held->end(200, text("{}")); });
  BOOST_TEST(busy.read().status == 200);
  node.on_loop([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(a_client_that_disconnects_during_a_call_cancels_it) {
  server_fixture node;
  exchange_ptr held;
  int hooks = 0;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      held = x.reply;
      held->on_abandoned([&] { ++hooks; });
    };
  });
  for (const bool by_reset : {false, true}) {
    auto client = node.connect();
    client.send(modern_call(node));
    BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
    BOOST_TEST(!node.on_loop([&] { return held->abandoned(); }));
    if (by_reset)
      client.reset();
    else
      client.close();
    BOOST_TEST(node.eventually([&] { return held->abandoned(); }));
    node.on_loop([&] {
      held->event(text("{}"));
      held->end(200, text("{}")); // swallowed
      held.reset();
    });
  }
  BOOST_TEST(node.on_loop([&] { return hooks; }) == 2);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_ahead_and_disconnects_is_seen_too) {
  server_fixture node;
  exchange_ptr held;
  node.on_loop([&] { node.tree.on_call = [&](call_request& x) { held = x.reply; }; });
  auto client = node.connect();
  client.send(modern_call(node) + modern_call(node));
  BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
  client.close();
  BOOST_TEST(node.eventually([&] { return held->abandoned(); }));
  node.on_loop([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_turn_that_is_over_is_swallowed) {
  boost::asio::io_context io;
  holding_handler handler;
  connection_set set{io, handler, {}};
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  http_client client{ends[0]};
  set.open(stream_socket{io, boost::asio::generic::stream_protocol{AF_UNIX, 0}, ends[1]}, {});
  client.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  while (handler.turns.size() < 1) io.run_one();
  handler.connection->answer(handler.turns[0], json_answer(200, "1"));
  BOOST_REQUIRE(handler.turns.size() == 2u); // the second request was sent ahead
  handler.connection->answer(handler.turns[0], json_answer(200, "late"));
  handler.connection->stream(handler.turns[0], "late");
  handler.connection->end_stream(handler.turns[0], "late");
  handler.connection->answer(handler.turns[1], json_answer(200, "2"));
  BOOST_TEST(client.read().body == "1");
  BOOST_TEST(client.read().body == "2");
  client.close();
  while (set.size() != 0) io.run_one();
  handler.connection->answer(handler.turns[1], json_answer(200, "late"));
}

BOOST_AUTO_TEST_CASE(connections_over_the_limit_are_told_503) {
  server_fixture node{[](auto& x) { x.connections.connections_max = 2; }};
  auto a = node.connect();
  auto b = node.connect();
  a.send(node.get("/healthz"));
  BOOST_TEST(a.read().status == 200);
  b.send(node.get("/healthz"));
  BOOST_TEST(b.read().status == 200);
  auto c = node.connect();
  BOOST_TEST(c.read().status == 503);
  BOOST_TEST(c.closed_by_peer());
  a.close();
  BOOST_TEST(node.eventually([&] {
    auto d = node.connect();
    return d.connected();
  }));
}

BOOST_AUTO_TEST_CASE(when_descriptors_run_out_accepting_pauses_and_goes_on) {
  server_fixture node;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto first = node.connect();
  first.send(node.get("/healthz"));
  BOOST_TEST(first.read().status == 200);
  {
    // The client's socket takes the last descriptor, so that the node finds none for its end.
    const int probe = ::dup(0);
    ::close(probe);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(probe) + 1;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto late = node.connect();
    BOOST_REQUIRE(late.connected());
    late.send(node.get("/healthz"));
    BOOST_TEST(late.read(300ms).status == 0);
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(late.read().status == 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()
