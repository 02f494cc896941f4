#include "gateway/sessions.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const session_table::time_point t0{1h};

mcp_session made(std::string id) {
  mcp_session x;
  x.id = std::move(id);
  x.principal = "local";
  x.path = "/mcp";
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(a_session_is_found_only_by_its_principal_at_its_path) {
  session_table table;
  BOOST_REQUIRE(table.open(made("a"), t0));
  BOOST_TEST(table.find("a", "local", "/mcp", t0));
  BOOST_TEST(!table.find("b", "local", "/mcp", t0));
  BOOST_TEST(!table.find("a", "token", "/mcp", t0));
  BOOST_TEST(!table.find("a", "local", "/mcp/fs", t0));
  BOOST_TEST(!table.end("a", "token", "/mcp", t0));
  BOOST_TEST(table.end("a", "local", "/mcp", t0));
  BOOST_TEST(!table.find("a", "local", "/mcp", t0));
  BOOST_TEST(table.size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_idle_session_expires_and_a_used_one_does_not) {
  session_table table;
  table.open(made("a"), t0);
  table.open(made("b"), t0);
  BOOST_TEST(table.find("a", "local", "/mcp", t0 + 30min));
  BOOST_TEST(table.find("a", "local", "/mcp", t0 + 60min));
  BOOST_TEST(!table.find("b", "local", "/mcp", t0 + 60min));
  BOOST_TEST(table.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_session_with_a_call_in_flight_never_expires) {
  session_table table;
  const auto session = table.open(made("a"), t0);
  session->calls.push_back({"1", server_id{"fs"}, {}, nullptr});
  BOOST_TEST(table.find("a", "local", "/mcp", t0 + 24h));
}

BOOST_AUTO_TEST_CASE(a_full_table_gives_up_the_least_used_session_that_is_idle) {
  session_table table{{3, 30min, 64}};
  const auto a = table.open(made("a"), t0);
  table.open(made("b"), t0 + 1s);
  table.open(made("c"), t0 + 2s);
  table.find("b", "local", "/mcp", t0 + 3s);
  a->calls.push_back({"1", server_id{"fs"}, {}, nullptr});
  BOOST_TEST(table.open(made("d"), t0 + 4s)); // a is busy and b was used after c
  BOOST_TEST(!table.find("c", "local", "/mcp", t0 + 4s));
  BOOST_TEST(table.find("a", "local", "/mcp", t0 + 4s));
  BOOST_TEST(table.find("b", "local", "/mcp", t0 + 4s));
  BOOST_TEST(table.evicted() == 1u);
}

BOOST_AUTO_TEST_CASE(a_table_full_of_busy_sessions_has_no_room) {
  session_table table{{1, 30min, 64}};
  table.open(made("a"), t0)->calls.push_back({"1", server_id{"fs"}, {}, nullptr});
  BOOST_TEST(!table.has_room(t0));
  BOOST_TEST(!table.open(made("b"), t0));
  BOOST_TEST(table.size() == 1u);
}

BOOST_AUTO_TEST_CASE(calls_in_flight_are_told_apart_by_raw_id) {
  mcp_session x;
  const auto* one = reinterpret_cast<const exchange*>(&x);
  x.calls.push_back({"1", server_id{"fs"}, {}, nullptr});
  x.calls.push_back({"\"1\"", server_id{"db"}, {}, one});
  BOOST_REQUIRE(x.find("\"1\""));
  BOOST_TEST(x.find("\"1\"")->server.value == "db");
  BOOST_TEST(x.find("1")->server.value == "fs");
  BOOST_TEST(!x.find("2"));
  x.finished(one);
  BOOST_TEST(x.calls.size() == 1u);
  BOOST_TEST(!x.find("\"1\""));
  x.finished(one);
  BOOST_TEST(x.calls.size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_end_of_a_session_is_told_once) {
  session_table table{{2, 30min, 64}};
  std::string ended;
  table.on_end([&](mcp_session& x) { ended += x.id; });
  table.open(made("a"), t0);
  table.open(made("b"), t0 + 1s);
  table.open(made("c"), t0 + 2s); // Makes room.
  BOOST_TEST(ended == "a");
  table.end("b", "local", "/mcp", t0 + 3s);
  table.end("b", "local", "/mcp", t0 + 3s);
  BOOST_TEST(ended == "ab");
  table.expire(t0 + 30min);
  BOOST_TEST(ended == "ab");
  table.expire(t0 + 31min);
  BOOST_TEST(ended == "abc");
  table.open(made("d"), t0 + 40min);
  BOOST_TEST(!table.find("d", "local", "/mcp", t0 + 80min));
  BOOST_TEST(ended == "abcd");
}

BOOST_AUTO_TEST_CASE(questions_are_numbered_taken_once_and_bounded) {
  mcp_session x;
  const auto* one = reinterpret_cast<const exchange*>(&x);
  std::string told;
  BOOST_TEST(x.ask(one, [&](input_response y) { told += y.json; }) == 1u);
  BOOST_TEST(x.ask(nullptr, {}) == 2u);
  BOOST_TEST(!x.take_question(3));
  const auto taken = x.take_question(1);
  BOOST_TEST_REQUIRE(taken.has_value());
  taken->then({false, "1"});
  BOOST_TEST(told == "1");
  BOOST_TEST(!x.take_question(1));
  BOOST_TEST(x.ask(one, {}) == 3u); // No number twice.
  BOOST_TEST(x.take_questions(one).size() == 1u);
  BOOST_TEST(x.take_questions(nullptr).size() == 1u);
  for (std::size_t i = 0; i < mcp_session::questions_max; ++i) BOOST_TEST(x.ask(one, {}) != 0u);
  BOOST_TEST(x.ask(one, {}) == 0u);
}

BOOST_AUTO_TEST_CASE(each_server_that_was_called_is_noted_once) {
  mcp_session x;
  for (const char* name : {"fs", "db", "fs"}) x.note_call(server_id{name});
  BOOST_TEST(x.called.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
