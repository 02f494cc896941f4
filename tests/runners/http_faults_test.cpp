#include "http_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

const std::string greeting =
    R"({"jsonrpc":"2.0","id":"toolscore-discover","method":"server/discover","params":{)"
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})";

web_peer::handler always(int status, const std::string& type, const std::string& body) {
  return
      [=](const peer_request&, const peer_reply_ptr& reply) { reply->answer(status, type, body); };
}

/// Takes connections, reads, and writes one text to each, however little it is HTTP.
web_peer::handler says(const std::string& text, bool ends = true) {
  return [=](const peer_request&, const peer_reply_ptr& reply) {
    reply->write(text);
    if (ends) reply->end();
  };
}

std::uint16_t unused_port(boost::asio::io_context& io) {
  return web_peer(io, [](const peer_request&, const peer_reply_ptr&) {}).port();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_faults, http_fixture)

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_is_told_with_the_status_and_the_link_lives) {
  const int statuses[] = {400, 401, 403, 405, 429, 500, 502, 503};
  for (const int status : statuses) {
    web_peer peer(io, always(status, "text/html", "<html>no</html>"));
    open(peer.url());
    send(modern_line(status));
    BOOST_REQUIRE(wait([&] { return !unanswered.empty(); }));
    BOOST_TEST(unanswered[0].first == std::to_string(status));
    BOOST_TEST(unanswered[0].second.detail.starts_with("HTTP " + std::to_string(status)),
               unanswered[0].second.detail);
    BOOST_TEST((unanswered[0].second.code == errc::bad_answer));
    BOOST_TEST(lost.empty());
    BOOST_TEST(lines.empty());
    unanswered.clear();
  }
}

BOOST_AUTO_TEST_CASE(an_error_in_the_body_of_a_refusal_is_the_answer) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"x"}})",
       R"({"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"x"}})"},
      {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x"}})",
       R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x"}})"},
      {R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"x"}})",
       R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x"}})"},
  };
  for (const auto& [body, line] : rows) {
    web_peer peer(io, always(400, "application/json", body));
    open(peer.url());
    send(modern_line(1));
    BOOST_REQUIRE_MESSAGE(wait([&] { return lines.size() == 1; }), body);
    BOOST_TEST(lines[0] == line);
    lines.clear();
  }
  BOOST_TEST(unanswered.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_told_as_none) {
  const std::pair<web_peer::handler, const char*> rows[] = {
      {always(200, "application/json", "nonsense"), "no JSON-RPC response"},
      {always(200, "application/json", ""), "without an answer"},
      {always(202, "", ""), "HTTP 202 without an answer"},
      {always(200, "application/json", result_line(2)), "no JSON-RPC response"},
      {always(200, "application/json", "[" + result_line(1) + "]"), "no JSON-RPC response"},
      {always(200, "text/event-stream", "data: nonsense\n\n"), "before the answer"},
      {always(200, "text/event-stream", ": only a beat\n\n"), "before the answer"},
      {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"),
       "closed the connection"},
      {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
            "chunked\r\n\r\nzz\r\n"),
       ""},
      {says("SSH-2.0-OpenSSH\r\n\r\n"), ""},
      {says(""), "closed the connection"},
      {says("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x')), ""},
      {says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 "
            "Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"),
       ""},
  };
  std::size_t at = 0;
  for (const auto& [handler, why] : rows) {
    web_peer peer(io, handler);
    open(peer.url());
    send(modern_line(1));
    BOOST_REQUIRE_MESSAGE(wait([&] { return !unanswered.empty(); }), "row " << at);
    BOOST_TEST(unanswered[0].second.detail.find(why) != std::string::npos,
               "row " << at << ": " << unanswered[0].second.detail);
    BOOST_TEST(lines.empty());
    BOOST_TEST(lost.empty());
    unanswered.clear();
    ++at;
  }
  BOOST_TEST(garbage.size() == 1u); // Of the stream.
}

BOOST_AUTO_TEST_CASE(a_head_of_status_1xx_is_passed_over) {
  web_peer peer(io, says("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                         "Content-Type: application/json\r\nConnection: close\r\n\r\n" +
                         result_line(1)));
  open(peer.url());
  send(modern_line(1));
  BOOST_TEST(wait([&] { return lines.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_not_kept) {
  options.message_bytes_max = 100'000;
  // 100 MB that are announced, and as much that is not.
  web_peer announced(io, [](const peer_request&, const peer_reply_ptr& reply) {
    reply->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                 "100000000\r\n\r\n");
    reply->write(std::string(8u << 20, ' '));
  });
  open(announced.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 1; }));
  BOOST_TEST((unanswered[0].second.code == errc::too_large));
  web_peer stream(io, [](const peer_request&, const peer_reply_ptr& reply) {
    reply->stream();
    for (int i = 0; i < 8; ++i) reply->event(std::string(50'000, 'x') + "\ndata: ");
    reply->event(std::string(200'000, 'y'));
  });
  open(stream.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 2; }));
  BOOST_TEST((unanswered[1].second.code == errc::too_large));
  BOOST_TEST(lines.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_the_server_forgot_is_the_end_and_its_call_was_not_run) {
  web_peer peer(
      io, legacy_peer([](const peer_request&, const peer_reply_ptr& reply) {
        reply->answer(
            404, "application/json",
            R"({"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null})");
      }));
  open(peer.url());
  greet();
  send(call_line(1));
  BOOST_REQUIRE(wait([&] { return lost.size() == 1; }));
  BOOST_TEST(lost[0].find("session") != std::string::npos, lost[0]);
  BOOST_TEST(unanswered.empty());
  BOOST_TEST(lines.empty());
  BOOST_TEST(wire->lines_begun() == 2u); // initialize and initialized, not the call.
  BOOST_TEST(send(call_line(2)) == 4u);  // It is dropped, with a number.
  run_for(50ms);
  BOOST_TEST(lost.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_404_without_a_session_is_a_refusal_of_one_call) {
  web_peer peer(io, legacy_peer(always(404, "text/plain", "nothing here"), ""));
  open(peer.url());
  greet();
  send(call_line(1));
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 1; }));
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_CASE(who_cannot_be_connected_to_is_lost_where_it_is_remote) {
  const auto port = unused_port(io);
  open("http://127.0.0.1:" + std::to_string(port) + "/mcp?key=secret");
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return lost.size() == 1; }));
  BOOST_TEST(lost[0] ==
             "no connection to http://127.0.0.1:" + std::to_string(port) + ": Connection refused");
  BOOST_TEST(wire->lines_begun() == 0u); // So that it is sent again elsewhere.
}

BOOST_AUTO_TEST_CASE(where_it_is_a_process_its_exit_is_waited_for_first) {
  options.exit_first = 200ms;
  open("http://127.0.0.1:" + std::to_string(unused_port(io)) + "/mcp", false);
  send(modern_line(1));
  run_for(100ms);
  BOOST_TEST(unanswered.empty());
  BOOST_TEST(wire->lines_begun() == 0u);
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 1; }));
  BOOST_TEST((unanswered[0].second.code == errc::io_failed));
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_its_connections_is_connected_to_anew) {
  web_peer peer(io, [](const peer_request& x, const peer_reply_ptr& reply) {
    reply->json(result_line(x.says(R"("id":1,)") ? 1 : 2));
  });
  open(peer.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  peer.close_all(); // The kept one, too.
  send(modern_line(2));
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(peer.connections() == 2u);
  BOOST_TEST(unanswered.empty());
}

BOOST_AUTO_TEST_CASE(a_tool_is_not_called_twice_where_a_kept_connection_breaks) {
  // Its second request is read, and then the connection ends without a word.
  web_peer peer(io, [](const peer_request& x, const peer_reply_ptr& reply) {
    if (x.says(R"("id":1,)")) return reply->json(result_line(1));
    reply->end();
  });
  open(peer.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  send(modern_line(2));
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 1; }));
  BOOST_TEST(peer.seen.size() == 2u);
  send(modern_line(3, "tools/list", "")); // A list may be asked for twice.
  BOOST_REQUIRE(wait([&] { return unanswered.size() == 2; }));
}

BOOST_AUTO_TEST_CASE(a_redirection_is_followed_on_the_same_server_alone) {
  web_peer other(io, always(200, "application/json", result_line(1)));
  std::string to = "/mcp/";
  web_peer peer(io, [&](const peer_request& x, const peer_reply_ptr& reply) {
    if (x.target == "/mcp/") return reply->json(result_line(1));
    reply->answer(307, "", "", "Location: " + to + "\r\n");
  });
  options.endpoint.headers = {{"Authorization", "Bearer x"}};
  open(peer.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  send(modern_line(1)); // Straight to where the first was sent to.
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(peer.seen.size() == 3u);
  const std::pair<std::string, const char*> rows[] = {
      {other.url(), "to another server"},
      {"https://127.0.0.1/mcp", "to another server"},
      {"//evil.example/mcp", "to another server"},
      {"/mcp", "in a circle"},
      {"file:///etc/passwd", "no URL"}};
  for (const auto& [away, why] : rows) {
    to = away;
    open(peer.url());
    send(modern_line(1));
    BOOST_REQUIRE(wait([&] { return !unanswered.empty(); }));
    BOOST_TEST(unanswered[0].second.detail.find(why) != std::string::npos,
               unanswered[0].second.detail);
    unanswered.clear();
  }
  BOOST_TEST(other.seen.empty()); // Nor has it heard of the secret.
}

BOOST_AUTO_TEST_CASE(a_greeting_that_is_refused_by_status_tells_of_the_era_or_ends_it) {
  for (const int status : {400, 404, 405, 406, 415}) {
    web_peer peer(io, always(status, "text/plain", "no"));
    open(peer.url());
    send(greeting);
    BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
    BOOST_TEST(lines[0].find(R"("id":"toolscore-discover","error":)") != std::string::npos,
               lines[0]);
    lines.clear();
  }
  for (const int status : {401, 403, 429, 500, 503}) {
    // Whatever the body says: an initialize would fare no better.
    web_peer peer(io,
                  always(status, "application/json",
                         R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x"}})"));
    open(peer.url());
    send(greeting);
    BOOST_REQUIRE(wait([&] { return lost.size() == 1; }));
    BOOST_TEST(lost[0].find("HTTP " + std::to_string(status)) != std::string::npos, lost[0]);
    BOOST_TEST(lines.empty());
    lost.clear();
  }
}

BOOST_AUTO_TEST_CASE(what_it_does_not_take_is_bounded) {
  web_peer peer(io, [](const peer_request&, const peer_reply_ptr&) {});
  options.requests_max = 1;
  options.queued_bytes_max = 1'000;
  open(peer.url());
  for (int id = 1; id <= 20; ++id) send(modern_line(id));
  BOOST_TEST(overflows.empty()); // Never from inside.
  BOOST_REQUIRE(wait([&] { return overflows.size() == 1; }));
  BOOST_TEST(wire->queued_bytes() <= 1'000u);
  run_for(50ms);
  BOOST_TEST(overflows.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_link_may_be_destroyed_from_inside_any_of_its_calls) {
  web_peer peer(io, [](const peer_request&, const peer_reply_ptr& reply) {
    reply->stream();
    for (int i = 0; i < 3; ++i) reply->event(result_line(1));
    reply->end();
  });
  open(peer.url());
  link_events events;
  int heard = 0;
  events.on_lines = [&](std::vector<bytes>) {
    ++heard;
    wire.reset();
  };
  wire = std::make_unique<class http_link>(dialer, options, std::move(events));
  send(modern_line(1));
  BOOST_TEST(wait([&] { return heard == 1; }));
  run_for(50ms);
  BOOST_TEST(heard == 1);
  link_events on_loss;
  on_loss.on_lost = [&](const std::string&) { wire.reset(); };
  options.endpoint.place.port = unused_port(io);
  wire = std::make_unique<class http_link>(dialer, options, std::move(on_loss));
  send(modern_line(1));
  BOOST_TEST(wait([&] { return wire == nullptr; }));
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_knows_and_an_address_that_is_refused_are_told) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://no-such-host.invalid/mcp", "its name"}, {"http://169.254.169.254/mcp", "link-local"},
      {"http://[fe80::1]/mcp", "link-local"},          {"http://0.0.0.0/mcp", "no host's address"},
      {"http://8.8.8.8/mcp", "use https://"},
  };
  for (const auto& [url, why] : rows) {
    open(url);
    send(modern_line(1));
    BOOST_REQUIRE_MESSAGE(wait([&] { return lost.size() == 1; }, 60s), url);
    BOOST_TEST(lost[0].find(why) != std::string::npos, lost[0]);
    lost.clear();
  }
}

BOOST_AUTO_TEST_SUITE_END()
