// What the sessions of legacy clients cost while they do nothing.
#include "node_fixture.hpp"
#include "talk.hpp"
#include "tests/gateway/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Anonymous memory, in bytes.
long memory_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;)
    if (word == "RssAnon:") {
      long kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}

struct clients {
  explicit clients(const node_fixture& node)
      : port(static_cast<std::uint16_t>(std::stoi(node.url().substr(node.url().rfind(':') + 1)))),
        asks(http_client::tcp(port)) {}

  std::string head(const char* method, const std::string& more) const {
    return std::string(method) + " /mcp/fs HTTP/1.1\r\nHost: localhost:" + std::to_string(port) +
           "\r\n" + more;
  }
  /// @returns the header line of a new session
  std::string open() {
    const std::string body =
        R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})";
    asks.send(head("POST", "Content-Type: application/json\r\nAccept: application/json, "
                           "text/event-stream\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body));
    return "Mcp-Session-Id: " + asks.read().headers["mcp-session-id"] + "\r\n";
  }
  http_client listen(const std::string& session) const {
    auto client = http_client::tcp(port);
    client.send(head("GET", session + "Accept: text/event-stream\r\n\r\n"));
    BOOST_TEST_REQUIRE(client.read_some().find("200 OK") != std::string::npos);
    return client;
  }

  std::uint16_t port;
  http_client asks;
};

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(ten_thousand_of_them_take_less_than_ten_kilobytes_each) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  clients all(node);
  for (int i = 0; i < 100; ++i) all.open();
  const auto before = memory_of(node.pid());
  constexpr int count = 9'800;
  for (int i = 0; i < count; ++i) all.open();
  const auto each = (memory_of(node.pid()) - before) / count;
  BOOST_TEST_MESSAGE("a session takes " << each << " bytes");
  BOOST_TEST(each < 10'000);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(those_that_listen_take_less_than_ten_kilobytes_each_too) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  clients all(node);
  std::vector<http_client> listening;
  for (int i = 0; i < 50; ++i) listening.push_back(all.listen(all.open()));
  const auto before = memory_of(node.pid());
  constexpr int count = 400;
  for (int i = 0; i < count; ++i) listening.push_back(all.listen(all.open()));
  const auto each = (memory_of(node.pid()) - before) / count;
  BOOST_TEST_MESSAGE("a session that listens takes " << each << " bytes");
  BOOST_TEST(each < 10'000);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
