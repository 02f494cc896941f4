#include "actors/event_log.hpp"
#include "actors/start_gate.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(gate_and_log)

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_start_at_once_and_the_rest_in_order) {
  start_gate gate{2};
  BOOST_TEST(gate.ask({1, "a", 1}).size() == 1u);
  BOOST_TEST(gate.ask({2, "b", 1}).size() == 1u);
  BOOST_TEST(gate.ask({3, "c", 1}).empty());
  BOOST_TEST(gate.ask({4, "d", 1}).empty());
  const auto next = gate.release({1, "a", 1});
  BOOST_REQUIRE(next.size() == 1u);
  BOOST_TEST(next.front().child == "c");
  BOOST_TEST(gate.under_way() == 2u);
}

BOOST_AUTO_TEST_CASE(a_permit_given_back_twice_frees_one_place) {
  start_gate gate{1};
  gate.ask({1, "a", 1});
  gate.ask({2, "b", 1});
  gate.ask({3, "c", 1});
  BOOST_TEST(gate.release({1, "a", 1}).size() == 1u);
  BOOST_TEST(gate.release({1, "a", 1}).empty());
}

BOOST_AUTO_TEST_CASE(a_dead_asker_leaves_no_permit_behind) {
  start_gate gate{1};
  gate.ask({1, "a", 1});
  gate.ask({1, "a2", 1});
  gate.ask({2, "b", 1});
  const auto next = gate.forget(1);
  BOOST_REQUIRE(next.size() == 1u);
  BOOST_TEST(next.front().child == "b");
  BOOST_TEST(gate.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(events_are_numbered_from_one_without_gaps_and_resume_from_any_number) {
  event_log log{3};
  for (int i = 0; i < 5; ++i) log.append({});
  BOOST_TEST(log.last_number() == 5u);
  const auto kept = log.after(0);
  BOOST_REQUIRE(kept.size() == 3u);
  BOOST_TEST(kept.front()->number == 3u);
  BOOST_REQUIRE(log.after(4).size() == 1u);
  BOOST_TEST(log.after(4).front()->number == 5u);
  BOOST_TEST(log.after(5).empty());
  BOOST_TEST(log.after(99).empty());
}

BOOST_AUTO_TEST_SUITE_END()
