#include "tests/gateway/asking.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(streams)

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
  for (int i = 0; i < 5'000 && !given_up; ++i) {
    owner.send(node.get("/metrics", node.owner_header()));
    given_up = owner.read().body.find("http_timeouts_total 1") != std::string::npos;
  }
  BOOST_TEST(given_up);
}

BOOST_AUTO_TEST_SUITE_END()
