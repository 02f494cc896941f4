#include "tests/gateway/server_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(path)

BOOST_AUTO_TEST_CASE(a_legacy_client_initializes_calls_and_ends_its_session) {
  server_fixture node;
  auto client = node.connect();
  client.send(node.post("/mcp/fs", initialize_text()));
  const auto opened = client.read();
  BOOST_TEST(opened.status == 200);
  BOOST_REQUIRE(opened.headers.contains("mcp-session-id"));
  const auto session = "Mcp-Session-Id: " + opened.headers.at("mcp-session-id") + "\r\n";

  client.send(
      node.post("/mcp/fs", R"({"jsonrpc":"2.0","method":"notifications/initialized"})", session));
  BOOST_TEST(client.read().status == 202);

  client.send(node.post("/mcp/fs", call_text("\"a\""), session));
  const auto answer = client.read();
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.headers.at("content-type") == "application/json");
  BOOST_TEST(answer.body.find(R"("id":"a")") != std::string::npos);
  BOOST_TEST(answer.body.find("pong") != std::string::npos);

  client.send("DELETE /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(node.port) + "\r\n" +
              session + "\r\n");
  BOOST_TEST(client.read().status == 204);
  client.send(node.post("/mcp/fs", call_text("2"), session));
  BOOST_TEST(client.read().status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
