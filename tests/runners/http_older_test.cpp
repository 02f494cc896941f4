#include "http_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

const std::string opening =
    R"({"jsonrpc":"2.0","id":"toolscore-initialize","method":"initialize","params":{}})";
const std::string opened =
    R"({"jsonrpc":"2.0","id":"toolscore-initialize","result":{"protocolVersion":"2024-11-05","capabilities":{}}})";

/// A server of 2024-11-05: a stream at one path, POSTs at another.
struct older_peer {
  explicit older_peer(boost::asio::io_context& io, std::string place = "/messages?id=1")
      : peer(io, [this, place](const peer_request& x, peer_reply_ptr reply) {
          if (x.method == "GET") {
            reply->stream();
            reply->write(chunk("event: endpoint\ndata: " + place + "\n\n"));
            stream = std::move(reply);
          } else if (x.target != place) {
            reply->answer(refusal, "text/plain", "no");
          } else {
            if (x.says("initialize\"")) say(opened);
            if (x.says("tools/call")) say(result_line(1));
            reply->answer(202, "text/plain", "Accepted");
          }
        }) {}
  static std::string chunk(const std::string& text) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
  }
  void say(const std::string& line) {
    stream->write(chunk("event: message\ndata: " + line + "\n\n"));
  }

  int refusal = 405;
  peer_reply_ptr stream;
  web_peer peer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_older, http_fixture)

BOOST_AUTO_TEST_CASE(a_server_that_takes_no_post_is_spoken_to_over_its_stream) {
  for (const int refusal : {400, 404, 405}) {
    older_peer server(io);
    server.refusal = refusal;
    open(server.peer.url("/sse"));
    send(opening);
    BOOST_REQUIRE_MESSAGE(wait([&] { return lines.size() == 1; }), refusal);
    BOOST_TEST(lines[0] == opened);
    send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    send(call_line(1));
    BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
    BOOST_TEST(lines[1] == result_line(1));
    BOOST_TEST(server.peer.seen.back().target == "/messages?id=1");
    send(cancel_line(9)); // Only the server knows what is under way.
    BOOST_TEST(wait([&] { return server.peer.seen.back().says("cancelled"); }));
    wire->close_input();
    BOOST_TEST(wait([&] { return closed > 0; }));
    BOOST_TEST(unanswered.empty());
    BOOST_TEST(lost.empty());
    lines.clear();
  }
}

BOOST_AUTO_TEST_CASE(where_it_is_known_nothing_is_posted_first) {
  older_peer server(io);
  options.older = true;
  open(server.peer.url("/sse"));
  send(opening);
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  BOOST_TEST(server.peer.seen[0].method == "GET");
  BOOST_TEST(server.peer.seen[1].method == "POST");
}

BOOST_AUTO_TEST_CASE(the_end_of_its_stream_is_the_end) {
  older_peer server(io);
  open(server.peer.url("/sse"));
  send(opening);
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  server.stream->end();
  BOOST_REQUIRE(wait([&] { return lost.size() == 1; }));
  BOOST_TEST(lost[0].find("stream") != std::string::npos, lost[0]);
}

BOOST_AUTO_TEST_CASE(a_place_for_messages_on_another_server_is_not_believed) {
  web_peer other(io, [](const peer_request&, const peer_reply_ptr&) {});
  options.endpoint.headers = {{"Authorization", "Bearer x"}};
  older_peer server(io, other.url("/messages"));
  open(server.peer.url("/sse"));
  send(opening);
  BOOST_REQUIRE(wait([&] { return lost.size() == 1; }));
  BOOST_TEST(other.seen.empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_no_such_server_is_refused_as_it_refused) {
  web_peer peer(io, [](const peer_request&, const peer_reply_ptr& reply) {
    reply->answer(404, "text/html", "nothing here");
  });
  open(peer.url());
  send(opening);
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  BOOST_TEST(lines[0].find("HTTP 404") != std::string::npos, lines[0]);
  BOOST_TEST(lines[0].find(R"("id":"toolscore-initialize","error")") != std::string::npos);
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_CASE(a_stream_that_names_no_place_is_given_up) {
  peer_reply_ptr held; // Dropped, its connection would end.
  web_peer peer(io, [&](const peer_request& x, peer_reply_ptr reply) {
    if (x.method != "GET") return reply->answer(405, "", "");
    reply->stream();
    held = std::move(reply);
  });
  options.endpoint_wait = 100ms;
  open(peer.url());
  send(opening);
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  BOOST_TEST(lines[0].find("does not say where") != std::string::npos, lines[0]);
}

BOOST_AUTO_TEST_SUITE_END()
