#include "http_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// Answers every request with an empty result.
void answer_all(const peer_request& x, const peer_reply_ptr& reply) {
  const auto at = x.body.find(R"("id":)") + 5;
  reply->json(result_line(std::stoi(x.body.substr(at))));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_link, http_fixture)

BOOST_AUTO_TEST_CASE(a_request_is_a_post_and_its_answer_a_line) {
  web_peer peer(io, answer_all);
  options.endpoint.headers = {{"Authorization", "Bearer x"}, {"X-Key", "y z"}};
  open(peer.url("/mcp?a=b"));
  BOOST_TEST(send(modern_line(7)) == 1u);
  BOOST_TEST(wire->lines_begun() == 0u);
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  BOOST_TEST(lines[0] == result_line(7));
  BOOST_TEST(wire->lines_begun() == 1u);
  BOOST_TEST(wire->queued_bytes() == 0u);
  const auto& seen = peer.seen.at(0);
  BOOST_TEST(seen.method == "POST");
  BOOST_TEST(seen.target == "/mcp?a=b");
  BOOST_TEST(seen.body == modern_line(7));
  BOOST_TEST(seen.header("host") == "127.0.0.1:" + std::to_string(peer.port()));
  BOOST_TEST(seen.header("mcp-method") == "tools/call");
  BOOST_TEST(seen.header("mcp-name") == "t");
  BOOST_TEST(seen.header("mcp-protocol-version") == "2026-07-28");
  BOOST_TEST(seen.header("authorization") == "Bearer x");
  BOOST_TEST(seen.header("x-key") == "y z");
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_the_next_request) {
  web_peer peer(io, answer_all);
  open(peer.url());
  for (int id = 1; id <= 5; ++id) {
    send(modern_line(id));
    BOOST_REQUIRE(wait([&] { return lines.size() == std::size_t(id); }));
  }
  BOOST_TEST(peer.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(requests_do_not_wait_for_one_another) {
  std::vector<peer_reply_ptr> held;
  web_peer peer(io, [&](const peer_request&, peer_reply_ptr reply) { held.push_back(reply); });
  open(peer.url());
  for (int id = 1; id <= 20; ++id) send(modern_line(id));
  BOOST_REQUIRE(wait([&] { return held.size() == 20; }));
  for (int id = 20; id >= 1; --id) // The peer's order of connections is not ours.
    for (std::size_t i = 0; i < peer.seen.size(); ++i)
      if (peer.seen[i].body == modern_line(id)) held[i]->json(result_line(id));
  BOOST_TEST(wait([&] { return lines.size() == 20; }));
}

BOOST_AUTO_TEST_CASE(what_is_over_the_limit_waits_for_its_turn) {
  std::vector<peer_reply_ptr> held;
  web_peer peer(io, [&](const peer_request&, peer_reply_ptr reply) { held.push_back(reply); });
  options.requests_max = 2;
  open(peer.url());
  for (int id = 1; id <= 3; ++id) send(modern_line(id));
  BOOST_REQUIRE(wait([&] { return held.size() == 2; }));
  run_for(50ms);
  BOOST_TEST(held.size() == 2u);
  BOOST_TEST(wire->queued_bytes() == modern_line(3).size());
  BOOST_TEST(wire->lines_begun() == 2u);
  held[0]->json(result_line(1));
  BOOST_REQUIRE(wait([&] { return held.size() == 3; }));
  BOOST_TEST(wire->lines_begun() == 3u);
}

BOOST_AUTO_TEST_CASE(a_stream_brings_messages_before_its_answer) {
  web_peer peer(io, [&](const peer_request&, const peer_reply_ptr& reply) {
    reply->stream();
    reply->event(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{}})");
    reply->write("10\r\n: a comment....\n\r\n");
    reply->event("{\"jsonrpc\":\"2.0\",\ndata: \"id\":3,\"result\":{}}");
    reply->end_stream();
  });
  open(peer.url());
  send(modern_line(3));
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(lines[0].find("progress") != std::string::npos);
  BOOST_TEST(lines[1] == R"({"jsonrpc":"2.0", "id":3,"result":{}})"); // On one line.
  BOOST_TEST(unanswered.empty());
}

BOOST_AUTO_TEST_CASE(a_modern_cancellation_closes_what_it_cancels_and_is_not_sent) {
  peer_reply_ptr held;
  web_peer peer(io, [&](const peer_request&, peer_reply_ptr reply) {
    reply->stream();
    reply->next(); // To see its end.
    held = std::move(reply);
  });
  open(peer.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return held != nullptr; }));
  send(cancel_line(1));
  BOOST_TEST(wait([&] { return held->gone(); }));
  BOOST_TEST(peer.seen.size() == 1u);
  BOOST_TEST(unanswered.empty()); // Nobody waits for it.
}

BOOST_AUTO_TEST_CASE(what_waits_is_cancelled_without_a_word) {
  std::vector<peer_reply_ptr> held;
  web_peer peer(io, [&](const peer_request&, peer_reply_ptr reply) { held.push_back(reply); });
  options.requests_max = 1;
  open(peer.url());
  send(modern_line(1));
  send(modern_line(2));
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  send(cancel_line(2));
  BOOST_TEST(wire->queued_bytes() == 0u);
  held[0]->json(result_line(1));
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  run_for(50ms);
  BOOST_TEST(peer.seen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_legacy_session_is_opened_kept_and_ended) {
  web_peer peer(io, legacy_peer(answer_all));
  open(peer.url());
  greet();
  send(call_line(1)); // At once: it waits until the session is open.
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  BOOST_REQUIRE(peer.seen.size() >= 3u);
  BOOST_TEST(peer.seen[0].header("mcp-session-id") == "(none)");
  BOOST_TEST(peer.seen[0].header("mcp-protocol-version") == "(none)");
  BOOST_TEST(peer.seen[1].says("notifications/initialized"));
  BOOST_TEST(peer.seen[1].header("mcp-session-id") == "s-1");
  BOOST_TEST(peer.seen[1].header("mcp-protocol-version") == "2025-11-25");
  BOOST_TEST(wait([&] {
    return std::any_of(peer.seen.begin(), peer.seen.end(), [](const auto& x) {
      return x.method == "GET" && x.header("mcp-session-id") == "s-1" &&
             x.header("accept") == "text/event-stream";
    });
  }));
  wire->close_input();
  BOOST_REQUIRE(wait([&] { return closed == 1; }));
  BOOST_TEST(peer.seen.back().method == "DELETE");
  BOOST_TEST(peer.seen.back().header("mcp-session-id") == "s-1");
  BOOST_TEST(lost.empty());
}

BOOST_AUTO_TEST_CASE(a_legacy_cancellation_is_sent_and_then_nobody_waits) {
  peer_reply_ptr held;
  web_peer peer(io, legacy_peer([&](const peer_request&, peer_reply_ptr reply) {
                  reply->stream();
                  reply->next();
                  held = std::move(reply);
                }));
  open(peer.url());
  greet();
  send(call_line(1));
  BOOST_REQUIRE(wait([&] { return held != nullptr; }));
  send(cancel_line(1));
  BOOST_TEST(wait([&] { return held->gone(); }));
  BOOST_TEST(std::any_of(peer.seen.begin(), peer.seen.end(),
                         [](const auto& x) { return x.says("notifications/cancelled"); }));
  BOOST_TEST(unanswered.empty());
}

BOOST_AUTO_TEST_CASE(the_sessions_own_stream_is_read_and_opened_again_where_it_was_left) {
  std::vector<peer_reply_ptr> ears;
  const auto peer_of = legacy_peer(answer_all);
  web_peer peer(io, [&](const peer_request& x, peer_reply_ptr reply) {
    if (x.method != "GET") return peer_of(x, reply);
    reply->stream();
    ears.push_back(std::move(reply));
  });
  open(peer.url());
  greet();
  BOOST_REQUIRE(wait([&] { return ears.size() == 1; }));
  ears[0]->event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})",
                 "id: 41\nretry: 20\n");
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  ears[0]->end();
  BOOST_REQUIRE(wait([&] { return ears.size() == 2; }));
  BOOST_TEST(peer.seen.back().header("last-event-id") == "41");
  ears[1]->event(R"({"jsonrpc":"2.0","id":5,"method":"ping"})");
  BOOST_TEST(wait([&] { return lines.size() == 2; }));
}

BOOST_AUTO_TEST_CASE(a_streams_answer_is_read_on_where_it_was_cut_off) {
  const auto peer_of = legacy_peer([](const peer_request&, const peer_reply_ptr& reply) {
    reply->stream();
    reply->event("", "id: 1-0\nretry: 20\n");
    reply->event(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{}})", "id: 1-1\n");
    reply->end();
  });
  std::size_t resumed = 0;
  web_peer peer(io, [&](const peer_request& x, const peer_reply_ptr& reply) {
    if (x.header("last-event-id") != "1-1") return peer_of(x, reply);
    reply->stream();
    if (++resumed == 1) return reply->end(); // Cut off once more, with nothing said.
    reply->event(result_line(1), "id: 1-2\n");
    reply->end_stream();
  });
  open(peer.url());
  greet();
  send(call_line(1));
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(lines[1] == result_line(1));
  BOOST_TEST(resumed == 2u);
  BOOST_TEST(unanswered.empty());
}

BOOST_AUTO_TEST_CASE(what_a_tool_marks_is_mirrored_once_its_list_was_seen) {
  web_peer peer(io, [&](const peer_request& x, const peer_reply_ptr& reply) {
    if (!x.says("tools/list")) return answer_all(x, reply);
    reply->json(result_line(
        1,
        R"({"tools":[{"name":"t","inputSchema":{"properties":{"r":{"type":"string","x-mcp-header":"Region"}}}}]})"));
  });
  open(peer.url());
  send(modern_line(1, "tools/list", ""));
  BOOST_REQUIRE(wait([&] { return lines.size() == 1; }));
  send(modern_line(2, "tools/call", R"("name":"t","arguments":{"r":"eu"},)"));
  BOOST_REQUIRE(wait([&] { return lines.size() == 2; }));
  BOOST_TEST(peer.seen.back().header("mcp-param-region") == "eu");
}

BOOST_AUTO_TEST_CASE(close_input_without_a_session_is_told_at_once) {
  web_peer peer(io, [](const peer_request&, const peer_reply_ptr&) {});
  open(peer.url());
  send(modern_line(1));
  BOOST_REQUIRE(wait([&] { return peer.seen.size() == 1; }));
  wire->close_input();
  BOOST_TEST(closed == 0u); // Never from inside.
  BOOST_TEST(wait([&] { return closed == 1; }));
  BOOST_TEST(unanswered.empty());
  BOOST_TEST(wire->lines_begun() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
