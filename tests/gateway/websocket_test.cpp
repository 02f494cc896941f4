#include "tests/gateway/server_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

event_ptr made(std::uint64_t number) {
  auto x = std::make_shared<event>();
  x->number = number;
  x->kind = "server.state";
  x->server = {"fs"};
  return x;
}

/// Reads server frames, which are never masked, out of what came behind the upgrade.
class frames {
public:
  explicit frames(http_client& client) : client_(client) {}
  struct frame {
    int code = 0; ///< 1 text, 8 close, 0 = nothing came.
    std::string text;
  };
  frame next() {
    while (!whole()) {
      const auto more = client_.read_some();
      if (more.empty()) return {};
      buffer_ += more;
    }
    frame x{buffer_[0] & 0x0f, buffer_.substr(header(), length())};
    buffer_.erase(0, header() + length());
    return x;
  }

private:
  std::size_t byte(std::size_t at) const { return static_cast<unsigned char>(buffer_[at]); }
  std::size_t header() const { return byte(1) == 126 ? 4 : 2; }
  std::size_t length() const { return byte(1) == 126 ? byte(2) * 256 + byte(3) : byte(1); }
  bool whole() const {
    return buffer_.size() >= 2 && buffer_.size() >= header() &&
           buffer_.size() >= header() + length();
  }
  http_client& client_;
  std::string buffer_;
};

http_reply upgrade(server_fixture& node, http_client& client, const std::string& query = {},
                   std::string_view more = {}) {
  client.send(node.get("/api/v1/events" + query,
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                           std::string{more}));
  auto reply = client.read();
  return reply;
}

} // namespace

BOOST_AUTO_TEST_SUITE(websocket)

BOOST_AUTO_TEST_CASE(events_come_from_the_number_asked_for_and_go_on) {
  server_fixture node;
  node.on_loop([&] {
    for (std::uint64_t i = 1; i <= 5; ++i) node.tree.events.push_back(made(i));
  });
  auto client = node.connect();
  const auto opened = upgrade(node, client, "?after=3", node.owner_header());
  BOOST_TEST(opened.status == 101);
  BOOST_TEST(opened.headers.at("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  frames in{client};
  BOOST_TEST(nlohmann::json::parse(in.next().text)["number"] == 4);
  BOOST_TEST(nlohmann::json::parse(in.next().text)["number"] == 5);
  node.on_loop([&] { node.tree.emit(made(6)); });
  const auto live = in.next();
  BOOST_TEST(live.code == 1);
  BOOST_TEST(nlohmann::json::parse(live.text)["number"] == 6);
  client.close();
  BOOST_TEST(node.eventually([&] { return node.tree.subscribers() == 0; }));
}

BOOST_AUTO_TEST_CASE(nobody_but_the_owner_sees_events) {
  server_fixture node;
  auto client = node.connect();
  BOOST_TEST(upgrade(node, client).status == 401);
  auto page = node.connect();
  BOOST_TEST(
      upgrade(node, page, "", node.owner_header() + "Origin: http://evil.example\r\n").status ==
      403);
  BOOST_TEST(node.on_loop([&] { return node.tree.subscribers(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(the_unix_socket_carries_events_too) {
  server_fixture node;
  node.on_loop([&] { node.tree.events.push_back(made(1)); });
  auto client = http_client::local(node.socket_path);
  BOOST_TEST(upgrade(node, client).status == 101);
  frames in{client};
  BOOST_TEST(nlohmann::json::parse(in.next().text)["number"] == 1);
}

BOOST_AUTO_TEST_CASE(a_reader_too_far_behind_is_told_where_to_resume) {
  server_fixture node{[](auto& x) { x.feeds.queued_max = 10; }};
  auto client = node.connect();
  BOOST_TEST(upgrade(node, client, "", node.owner_header()).status == 101);
  BOOST_REQUIRE(node.eventually([&] { return node.tree.subscribers() == 1; }));
  node.on_loop([&] {
    for (std::uint64_t i = 1; i <= 1'000; ++i) node.tree.emit(made(i));
  });
  frames in{client};
  auto frame = in.next();
  std::uint64_t last = 0;
  for (; frame.code == 1; frame = in.next()) {
    const auto number = nlohmann::json::parse(frame.text)["number"].get<std::uint64_t>();
    BOOST_TEST(number == last + 1);
    last = number;
  }
  BOOST_TEST(frame.code == 8);
  BOOST_TEST(last < 1'000u);
  BOOST_TEST(frame.text.substr(2).starts_with("too slow; resume after "));
  BOOST_TEST(node.eventually([&] { return node.tree.subscribers() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_plain_get_answers_what_there_is_up_to_its_limit) {
  server_fixture node;
  node.on_loop([&] {
    for (std::uint64_t i = 1; i <= 5; ++i) node.tree.events.push_back(made(i));
  });
  auto client = node.connect();
  client.send(node.get("/api/v1/events?after=1&limit=3", node.owner_header()));
  const auto page = client.read();
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.headers.at("content-type") == "application/x-ndjson");
  BOOST_TEST(std::count(page.body.begin(), page.body.end(), '\n') == 3);
  BOOST_TEST(page.body.starts_with(R"({"number":2)"));
  client.send(node.get("/api/v1/events?after=5", node.owner_header()));
  const auto none = client.read();
  BOOST_TEST(none.status == 200);
  BOOST_TEST(none.body.empty());
  BOOST_TEST(node.on_loop([&] { return node.tree.subscribers(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_stopping_node_says_goodbye_to_its_readers) {
  server_fixture node;
  auto client = node.connect();
  BOOST_TEST(upgrade(node, client, "", node.owner_header()).status == 101);
  BOOST_REQUIRE(node.eventually([&] { return node.tree.subscribers() == 1; }));
  std::promise<void> closed;
  node.on_loop([&] { node.node->close([&] { closed.set_value(); }); });
  frames in{client};
  const auto goodbye = in.next();
  BOOST_TEST(goodbye.code == 8);
  BOOST_TEST(goodbye.text.substr(2) == "the node is stopping");
  closed.get_future().wait();
}

BOOST_AUTO_TEST_SUITE_END()
