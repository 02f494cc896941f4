#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

bytes text(std::string x) {
  return std::make_shared<const std::string>(std::move(x));
}

} // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(an_old_client_gets_its_answer_and_the_end) {
  server_fixture node;
  auto client = node.connect();
  client.send("GET /healthz HTTP/1.0\r\nHost: localhost:" + std::to_string(node.port) + "\r\n\r\n");
  const auto reply = client.read();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.headers.at("connection") == "close");
  BOOST_TEST(client.closed_by_peer());
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_for_a_go_ahead_gets_it) {
  server_fixture node;
  auto client = node.connect();
  const auto request = node.post("/mcp/fs", initialize_text(), "Expect: 100-continue\r\n");
  const auto split = request.find("\r\n\r\n") + 4;
  client.send(request.substr(0, split));
  BOOST_TEST(client.read().status == 100);
  client.send(request.substr(split));
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_refused_request_with_its_body_there_keeps_the_connection) {
  server_fixture node;
  auto client = node.connect();
  client.send(node.post("/nothing", "{}"));
  BOOST_TEST(client.read().status == 404);
  client.send(node.get("/healthz"));
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(events_make_a_stream_and_the_connection_is_kept) {
  server_fixture node;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      x.reply->event(text(R"({"jsonrpc":"2.0","method":"notifications/progress"})"));
      x.reply->event(text(R"({"n":2})"));
      fake_backend::answer_ok(x);
    };
  });
  auto client = node.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(modern_call(node));
    const auto reply = client.read();
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.headers.at("content-type") == "text/event-stream");
    BOOST_TEST(reply.headers.at("x-accel-buffering") == "no");
    BOOST_TEST(reply.headers.at("cache-control") == "no-cache");
    BOOST_TEST(reply.body.find("event: message\ndata: {\"jsonrpc\"") == 0u);
    BOOST_TEST(reply.body.find("data: {\"n\":2}\n\nevent: message\ndata: {") != std::string::npos);
    BOOST_TEST(reply.body.ends_with("\n\n"));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_costs_a_bounded_queue) {
  server_fixture node{[](auto& x) { x.mcp.queued_bytes_max = 100'000; }};
  exchange_ptr held;
  node.on_loop([&] { node.tree.on_call = [&](call_request& x) { held = x.reply; }; });
  auto client = node.connect();
  client.send(modern_call(node));
  BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
  node.on_loop([&] {
    for (int i = 0; i < 10'000; ++i)
      held->event(text("{\"x\":\"" + std::string(2'000, 'x') + "\"}"));
    held->end(200, text(R"({"the":"end"})"));
    held.reset();
  });
  std::string all;
  for (std::string part = client.read_some(); !part.empty(); part = client.read_some(500ms))
    all += part;
  BOOST_TEST(all.size() < 12'000'000u); // 20 MB were offered; the kernel's buffers hold some
  BOOST_TEST(all.find(R"(data: {"the":"end"})") != std::string::npos);
  BOOST_TEST(all.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_never_reads_its_answer_is_given_up) {
  server_fixture node{[](auto& x) { x.connections.write = 100ms; }};
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      x.reply->end(200, text(std::string(30'000'000, 'x')));
    };
  });
  auto stuck = node.connect();
  stuck.send(modern_call(node));
  auto owner = node.connect();
  bool given_up = false;
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (!given_up && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(5ms);
    owner.send(node.get("/metrics", node.owner_header()));
    given_up = owner.read().body.find("http_timeouts_total 1") != std::string::npos;
  }
  BOOST_TEST(given_up);
}

BOOST_AUTO_TEST_CASE(an_answer_after_the_gateway_is_gone_harms_nobody) {
  exchange_ptr held;
  {
    server_fixture node{[](auto& x) { x.close_patience = 50ms; }};
    node.on_loop([&] { node.tree.on_call = [&](call_request& x) { held = x.reply; }; });
    auto client = node.connect();
    client.send(modern_call(node));
    BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
    BOOST_TEST(!node.on_loop([&] { return held->abandoned(); }));
    std::promise<void> closed;
    node.on_loop([&] { node.node->close([&] { closed.set_value(); }); });
    closed.get_future().wait();
    node.on_loop([&] {
      node.node.reset();
      held->end(200, text("{}"));
      held.reset();
      node.node = std::make_unique<gateway>(node.io, node.tree, gateway_options{});
    });
  }
}

BOOST_AUTO_TEST_CASE(a_closing_gateway_lets_a_call_be_answered) {
  server_fixture node;
  exchange_ptr held;
  node.on_loop([&] { node.tree.on_call = [&](call_request& x) { held = x.reply; }; });
  auto busy = node.connect();
  auto idle = node.connect();
  busy.send(modern_call(node));
  BOOST_REQUIRE(node.eventually([&] { return held != nullptr; }));
  std::promise<void> closed;
  node.on_loop([&] { node.node->close([&] { closed.set_value(); }); });
  BOOST_TEST(idle.closed_by_peer());
  BOOST_TEST(!node.connect().connected());
  node.on_loop([&] { held->end(200, text("{}")); });
  const auto reply = busy.read();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.headers.at("connection") == "close");
  busy.close();
  closed.get_future().wait();
  node.on_loop([&] { held.reset(); });
}

BOOST_AUTO_TEST_SUITE_END()
