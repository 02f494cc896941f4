// What is known of a head that a connection sends again holds for that head alone.
#include "tests/gateway/clients_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

std::string with(std::string text, std::string_view part, std::string_view other) {
  const auto at = text.find(part);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

int status_of(http_client& client, const std::string& request) {
  client.send(request);
  return client.read().status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(repeated_requests)

BOOST_AUTO_TEST_CASE(a_head_that_was_let_in_lets_in_no_other_one) {
  server_fixture node;
  auto client = node.connect();
  const auto good = modern_call(node);
  const std::pair<std::string, int> others[] = {
      {with(good, "Host: 127.0.0.1", "Host: 127.0.0.9"), 403},
      {with(good, "\r\nAccept:", "\r\nOrigin: http://evil.example\r\nAccept:"), 403},
      {with(good, "/mcp/fs ", "/mcp/xx "), 404},
      {with(good, "application/json\r\n", "application/jsox\r\n"), 415},
      {with(good, "Accept: application/json, text/event-stream", "Accept: text/html"), 406},
      {with(good, "Content-Type: application/json", "Content-Typo: application/json"), 415},
      {with(good, "Mcp-Name: echo", "Mcp-Name: ecco"), 400},
  };
  for (const auto& [other, status] : others) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(client, good) == 200);
    for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(client, other) == status, other);
  }
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_in_parts_is_judged_too) {
  server_fixture node;
  auto client = node.connect();
  const auto good = modern_call(node);
  const auto bad = with(good, "Host: 127.0.0.1", "Host: 127.0.0.9");
  for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(client, good) == 200);
  client.send(bad.substr(0, 40));
  std::this_thread::sleep_for(std::chrono::milliseconds{20}); // They are to arrive alone.
  BOOST_TEST(status_of(client, bad.substr(40)) == 403);
  BOOST_TEST(status_of(client, good) == 200);
}

BOOST_AUTO_TEST_CASE(a_token_is_judged_each_time) {
  std::vector<known_token> now;
  server_fixture node([&](gateway_options& x) {
    with_clients(x);
    now = x.tokens;
    x.read_tokens = [&now]() -> result<std::vector<known_token>> { return now; };
  });
  auto client = node.connect();
  const auto text = node.post("/mcp/fs", modern_text("tools/call", R"("name":"echo")"),
                              modern_headers("tools/call", "echo") + bearer(caller_token));
  for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(client, text) == 200);
  std::erase_if(now, [](const auto& t) { return t.name == "ci"; });
  node.on_loop([&] { node.node->reload(); });
  // The files are read on a thread of the pool.
  int status = 200;
  for (int i = 0; i < 1000 && status == 200; ++i) status = status_of(client, text);
  for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(client, text) == 401);
}

BOOST_AUTO_TEST_SUITE_END()
