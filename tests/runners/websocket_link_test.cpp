#include "loop/blocking_pool.hpp"
#include "runners/pool_io.hpp"
#include "runners/websocket_link.hpp"
#include "web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <functional>
#include <optional>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

constexpr char text_kind = 1;
constexpr char binary_kind = 2;
constexpr char close_kind = 8;

/// A frame as a server writes it.
std::string frame(char kind, const std::string& payload, bool last = true) {
  std::string out(1, static_cast<char>(kind | (last ? '\x80' : '\0')));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += '\x7f';
    for (int shift = 56; shift >= 0; shift -= 8)
      out += static_cast<char>(payload.size() >> static_cast<unsigned>(shift));
  }
  return out + payload;
}

std::string upgrade_of(const peer_request& request) {
  const auto text = request.header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char sum[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), sum);
  unsigned char accept[64];
  EVP_EncodeBlock(accept, sum, SHA_DIGEST_LENGTH);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         std::string(reinterpret_cast<const char*>(accept)) + "\r\n\r\n";
}

/// A link to a peer that says what it is told to once it has taken the upgrade.
struct fixture {
  boost::asio::io_context io;
  blocking_pool workers{1};
  http_dialer dialer{io, run_in(workers, io)};
  websocket_link_options options;
  std::optional<web_peer> peer;
  std::optional<peer_request> asked;
  std::unique_ptr<websocket_link> wire;

  std::vector<std::string> lines;
  std::vector<std::string> garbage;
  std::vector<std::string> overlong;
  std::vector<std::string> lost;
  std::vector<std::string> overflows;
  std::size_t closed = 0;
  std::shared_ptr<int> listener = std::make_shared<int>(); ///< Held by each link that is there.

  ~fixture() {
    wire.reset();
    BOOST_TEST(wait([this] { return listener.use_count() == 1; }), "a link is left");
  }
  void serve(const std::string& frames, bool ends = false) {
    serve([=](const peer_request& request, const peer_reply_ptr& reply) {
      reply->write(upgrade_of(request) + frames);
      if (ends) reply->end();
    });
  }
  void serve(const web_peer::handler& answer) {
    wire.reset();
    peer.emplace(io, [this, answer](const peer_request& request, peer_reply_ptr reply) {
      asked = request;
      answer(request, reply);
      held.push_back(std::move(reply));
    });
    auto place = read_dialed_place("ws://127.0.0.1:" + std::to_string(peer->port()) + "/mcp?k=v");
    BOOST_REQUIRE(place);
    options.endpoint.place = *place;
    open();
  }
  void open(bool remote = true) {
    options.remote = remote;
    link_events events;
    events.on_lines = [this, listens = listener](std::vector<bytes> all) {
      for (const auto& line : all) lines.push_back(*line);
    };
    events.on_garbage = [this](std::string text) { garbage.push_back(std::move(text)); };
    events.on_overlong = [this](std::string start, std::size_t) {
      overlong.push_back(std::move(start));
    };
    events.on_overflow = [this](std::string why) { overflows.push_back(std::move(why)); };
    events.on_closed = [this] { ++closed; };
    events.on_lost = [this](std::string why) { lost.push_back(std::move(why)); };
    wire = std::make_unique<websocket_link>(dialer, options, std::move(events));
  }
  std::uint64_t send(const std::string& line) {
    return wire->send(std::make_shared<const std::string>(line));
  }
  bool wait(const std::function<bool()>& done, std::chrono::milliseconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!done() && std::chrono::steady_clock::now() < end) io.run_one_for(20ms);
    return done();
  }
  /// What it was lost for.
  std::string loss() {
    lost.clear();
    BOOST_REQUIRE(wait([&] { return !lost.empty(); }));
    return lost[0];
  }

  std::vector<peer_reply_ptr> held;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(websocket_link, fixture)

BOOST_AUTO_TEST_CASE(each_text_message_is_a_line_however_it_is_cut_and_what_is_no_object_is_none) {
  options.endpoint.headers = {{"Authorization", "Bearer x"}};
  serve(frame(text_kind, R"({"a":1})") + frame(text_kind, "{\n \"b\":", false) + frame(9, "ping") +
        frame(0, "2}") + frame(text_kind, "[1]") + frame(text_kind, "") +
        frame(text_kind, R"({"c":3})"));
  BOOST_REQUIRE(wait([&] { return lines.size() == 3; }));
  BOOST_TEST(lines[0] == R"({"a":1})");
  BOOST_TEST(lines[1].find('\n') == std::string::npos, lines[1]);
  BOOST_TEST(lines[2] == R"({"c":3})");
  BOOST_TEST(garbage.size() == 2u);
  BOOST_REQUIRE(asked.has_value());
  BOOST_TEST(asked->target == "/mcp?k=v");
  BOOST_TEST(asked->header("authorization") == "Bearer x");
  BOOST_TEST(asked->header("sec-websocket-protocol") == "mcp");
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_skipped_to_its_end_and_the_next_is_read) {
  options.message_bytes_max = 100'000;
  const std::string exact = "{" + std::string(99'998, ' ') + "}";
  serve(frame(text_kind, exact) + frame(text_kind, "{" + std::string(200'000, 'x'), false) +
        frame(0, "}") + frame(text_kind, R"({"next":1})"));
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(lines[0].size() == exact.size());
  BOOST_TEST(lines[1] == R"({"next":1})");
  BOOST_REQUIRE(overlong.size() == 1u);
  BOOST_TEST(overlong[0].starts_with("{x"));
  BOOST_TEST(overlong[0].size() <= 4'096u);
}

BOOST_AUTO_TEST_CASE(each_end_is_told_in_one_line) {
  serve(frame(binary_kind, "{}"));
  BOOST_TEST(loss() == "it sent a binary message; MCP's are text");
  serve(frame(close_kind, std::string("\x0f\xa1tired\nof it", 13)));
  const auto closing = loss();
  BOOST_TEST(closing.starts_with("it closed its WebSocket with code 4001: tired"), closing);
  BOOST_TEST(closing.find('\n') == std::string::npos, closing);
  serve(frame(close_kind, ""));
  BOOST_TEST(loss().starts_with("it closed its WebSocket w"));
  serve("", true);
  BOOST_TEST(loss().starts_with("its WebSocket has ended: "));
  serve("\xff\xff garbage", true);
  BOOST_TEST(loss().starts_with("its WebSocket has ended: "));
  serve(frame(text_kind, "{\"\xff\":1}"), true); // No UTF-8.
  BOOST_TEST(loss().starts_with("its WebSocket has ended: "));
  serve([](const peer_request&, const peer_reply_ptr& reply) {
    reply->answer(401, "text/plain", "no\nentry");
  });
  const auto refused = loss();
  BOOST_TEST(refused.find("answers with status 401 and no WebSocket") != std::string::npos,
             refused);
  BOOST_TEST(refused.find("k=v") == std::string::npos, refused);
  peer.reset();
  open();
  BOOST_TEST(loss().find("no connection to ws://127.0.0.1:") == 0u);
  BOOST_TEST(closed == 0u);
}

BOOST_AUTO_TEST_CASE(with_a_process_an_end_waits_for_its_exit) {
  serve("");
  BOOST_REQUIRE(wait([&] { return asked.has_value(); }));
  wire.reset();
  options.exit_first = 200ms;
  open(false);
  const auto before = held.size();
  BOOST_REQUIRE(wait([&] { return held.size() > before; }));
  BOOST_TEST(!wait([&] { return !lost.empty(); }, 50ms));
  const auto begun = std::chrono::steady_clock::now();
  held.back()->end();
  BOOST_REQUIRE(wait([&] { return !lost.empty(); }));
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= 200ms));
}

BOOST_AUTO_TEST_CASE(what_a_peer_does_not_take_is_bounded_and_told) {
  options.queued_bytes_max = 10'000;
  serve([](const peer_request&, const peer_reply_ptr&) {}); // It never answers the upgrade.
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) last = send("{\"x\":\"" + std::string(1'000, 'x') + "\"}");
  BOOST_TEST(last == 20u);
  BOOST_TEST(wire->queued_bytes() <= 10'000u);
  BOOST_TEST(wire->lines_begun() == 0u);
  BOOST_REQUIRE(wait([&] { return !overflows.empty(); }));
  BOOST_TEST(overflows.size() == 1u);
}

BOOST_AUTO_TEST_CASE(closing_is_told_once_whether_the_peer_answers_or_not) {
  options.at_end = 200ms;
  serve("");
  send(R"({"a":1})");
  BOOST_REQUIRE(wait([&] { return wire->lines_begun() == 1; }));
  wire->close_input();
  wire->close_input();
  BOOST_REQUIRE(wait([&] { return closed != 0; }, 5s));
  BOOST_TEST(!wait([&] { return closed != 1 || !lost.empty(); }, 100ms));
  BOOST_TEST(send("{}") == 2u);
  BOOST_TEST(wire->lines_begun() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
