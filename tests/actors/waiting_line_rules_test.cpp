#include "actors/waiting_line.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

waiting_call of(const std::string& session, const std::string& tool) {
  waiting_call x;
  x.request.from = std::make_shared<const caller>(caller{session, "local", {}, {}});
  x.request.tool = tool;
  return x;
}

/// The first `count` that are served, with a space after each.
std::string served(waiting_line& line, std::size_t count) {
  std::string text;
  for (; count > 0 && !line.empty(); --count) text += line.take(line.begin()).request.tool + " ";
  return text;
}

void add(waiting_line& line, const std::string& session, int from, int to) {
  for (int i = from; i <= to; ++i)
    BOOST_TEST(!line.add(of(session, session + std::to_string(i)), 100).has_value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(waiting_line_rules)

BOOST_AUTO_TEST_CASE(one_clients_calls_are_served_as_they_came) {
  waiting_line line;
  add(line, "a", 1, 5);
  BOOST_TEST(served(line, 9) == "a1 a2 a3 a4 a5 ");
  BOOST_TEST(line.empty());
}

BOOST_AUTO_TEST_CASE(clients_take_turns_whoever_came_first) {
  waiting_line line;
  add(line, "a", 1, 4);
  add(line, "b", 1, 2);
  add(line, "c", 1, 1);
  BOOST_TEST(served(line, 9) == "a1 b1 c1 a2 b2 a3 a4 ");
}

BOOST_AUTO_TEST_CASE(one_that_comes_later_does_not_stand_behind_all_of_anothers) {
  waiting_line line;
  add(line, "a", 1, 50);
  BOOST_TEST(served(line, 10).ends_with("a9 a10 "));
  add(line, "b", 1, 2);
  BOOST_TEST(served(line, 5) == "a11 b1 a12 b2 a13 ");
}

BOOST_AUTO_TEST_CASE(who_was_served_long_ago_has_no_credit_from_it) {
  waiting_line line;
  add(line, "a", 1, 1);
  served(line, 1);
  add(line, "b", 1, 3);
  add(line, "a", 2, 4);
  BOOST_TEST(served(line, 9) == "b1 a2 b2 a3 b3 a4 ");
}

BOOST_AUTO_TEST_CASE(in_a_full_line_the_greediest_gives_up_its_last_for_one_with_fewer) {
  waiting_line line;
  for (int i = 1; i <= 6; ++i) line.add(of("a", "a" + std::to_string(i)), 8);
  for (int i = 1; i <= 2; ++i) line.add(of("b", "b" + std::to_string(i)), 8);
  const auto first = line.add(of("b", "b3"), 8);
  BOOST_TEST_REQUIRE(first.has_value());
  BOOST_TEST(first->request.tool == "a6");
  const auto second = line.add(of("c", "c1"), 8);
  BOOST_TEST_REQUIRE(second.has_value());
  BOOST_TEST(second->request.tool == "a5");
  // Four and three: one more of b would only turn them round.
  const auto third = line.add(of("b", "b4"), 8);
  BOOST_TEST_REQUIRE(third.has_value());
  BOOST_TEST(third->request.tool == "b4");
  const auto greedy = line.add(of("a", "a7"), 8);
  BOOST_TEST_REQUIRE(greedy.has_value());
  BOOST_TEST(greedy->request.tool == "a7");
  BOOST_TEST(line.size() == 8u);
  BOOST_TEST(served(line, 9) == "a1 b1 c1 a2 b2 a3 b3 a4 ");
}

BOOST_AUTO_TEST_CASE(what_was_served_in_vain_comes_first_again) {
  waiting_line line;
  add(line, "a", 2, 3);
  waiting_line::list again;
  again.push_back(of("b", "b1"));
  again.push_back(of("a", "a1"));
  line.add_first(std::move(again));
  BOOST_TEST(served(line, 9) == "b1 a1 a2 a3 ");
}

BOOST_AUTO_TEST_CASE(a_client_is_its_session_else_its_principal) {
  call_request request;
  BOOST_TEST(client_of(request) == "");
  request.from = std::make_shared<const caller>(caller{"s", "p", {}, {}});
  BOOST_TEST(client_of(request) == "s");
  request.from = std::make_shared<const caller>(caller{"", "p", {}, {}});
  BOOST_TEST(client_of(request) == "p");
}

BOOST_AUTO_TEST_CASE(a_clients_share_is_a_quarter_and_64_at_most) {
  for (const auto& [max, share] :
       {std::pair{1u, 1u}, {2u, 1u}, {4u, 1u}, {8u, 2u}, {255u, 63u}, {256u, 64u}, {10'000u, 64u}})
    BOOST_TEST(client_share(max) == share, max);
}

BOOST_AUTO_TEST_SUITE_END()
