// When calls to a server that answers none are refused at once, and when one is tried again.
#include "actors/breaker.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

struct fixture {
  breaker one{breaker_policy{3, 10s, 60s}};
  breaker::time_point now{1h};
  void fail(int times) {
    for (int i = 0; i < times; ++i) one.on_failure(now);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(breaker_rules, fixture)

BOOST_AUTO_TEST_CASE(so_many_failures_in_a_row_open_it_and_an_answer_between_does_not) {
  fail(2);
  one.on_answer();
  fail(2);
  BOOST_TEST(one.admits(now));
  BOOST_TEST(one.on_failure(now));
  BOOST_TEST(!one.on_failure(now)); // It opens once.
  BOOST_TEST(!one.admits(now));
  BOOST_TEST((one.state() == breaker_state::open));
  BOOST_TEST((one.next_trial(now + 4s) == 6s));
}

BOOST_AUTO_TEST_CASE(one_call_is_tried_and_its_answer_closes_it) {
  fail(3);
  BOOST_TEST(!one.admits(now + 9s));
  BOOST_TEST(one.admits(now + 10s));
  BOOST_TEST(!one.admits(now + 10s));
  BOOST_TEST((one.state() == breaker_state::half_open));
  one.on_answer();
  BOOST_TEST(one.admits(now + 10s));
  BOOST_TEST(one.failures() == 0u);
  BOOST_TEST(!one.next_trial(now));
}

BOOST_AUTO_TEST_CASE(each_trial_that_fails_doubles_the_wait_up_to_its_maximum) {
  fail(3);
  for (const auto wait : {20s, 40s, 60s, 60s}) {
    now += 100s;
    BOOST_TEST_REQUIRE(one.admits(now));
    BOOST_TEST(!one.on_failure(now)); // It was open before.
    BOOST_TEST((one.next_trial(now) == wait));
  }
  one.reset();
  fail(3);
  BOOST_TEST((one.next_trial(now) == 10s));
}

BOOST_AUTO_TEST_CASE(what_was_in_flight_when_it_opened_prolongs_nothing) {
  fail(3);
  now += 5s;
  fail(7);
  BOOST_TEST(one.admits(now + 5s));
}

BOOST_AUTO_TEST_CASE(a_trial_of_which_nothing_is_heard_is_followed_by_another) {
  fail(3);
  BOOST_TEST(one.admits(now + 10s));
  BOOST_TEST(!one.admits(now + 19s));
  BOOST_TEST(one.admits(now + 20s));
}

BOOST_AUTO_TEST_CASE(zero_switches_it_off) {
  one = breaker{breaker_policy{0, 10s, 60s}};
  fail(1'000);
  BOOST_TEST(one.admits(now));
}

BOOST_AUTO_TEST_SUITE_END()
