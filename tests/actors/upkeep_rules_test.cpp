#include "actors/upkeep.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

using verdict = upkeep::verdict;
const upkeep::moment start{1h};

server_policy sleepy(milliseconds idle_stop, milliseconds max_lifetime = 0s) {
  server_policy policy;
  policy.idle_stop = idle_stop;
  policy.max_lifetime = max_lifetime;
  return policy;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upkeep_rules)

BOOST_AUTO_TEST_CASE(nothing_is_due_where_neither_is_asked_for_nor_while_nothing_is_ready) {
  upkeep neither{server_policy{}};
  neither.on_ready(start, 0.5);
  BOOST_TEST(!neither.due());
  BOOST_TEST(!neither.counts_use());
  BOOST_TEST((neither.on_due(start + 1h, false) == verdict::wait));
  upkeep both{sleepy(5min, 1h)};
  BOOST_TEST(!both.due());
  both.on_ready(start, 0);
  both.on_gone();
  BOOST_TEST(!both.due());
  BOOST_TEST((both.on_due(start + 2h, false) == verdict::wait));
}

BOOST_AUTO_TEST_CASE(it_sleeps_so_long_after_its_last_use_and_never_while_it_is_busy) {
  upkeep keep{sleepy(5min)};
  keep.on_ready(start, 0.5);
  BOOST_TEST((keep.due() == start + 5min));
  for (int call = 1; call <= 1'000; ++call) keep.on_used(start + call * 1s);
  BOOST_TEST((keep.due() == start + 1'000s + 5min));
  BOOST_TEST((keep.on_due(start + 5min, false) == verdict::wait));
  BOOST_TEST((keep.on_due(start + 1'000s + 5min, true) == verdict::wait));
  BOOST_TEST((keep.due() == start + 1'000s + 10min)); // A call in flight is use.
  BOOST_TEST((keep.on_due(start + 1'000s + 10min - 1ms, false) == verdict::wait));
  BOOST_TEST((keep.on_due(start + 1'000s + 10min, false) == verdict::sleep));
}

BOOST_AUTO_TEST_CASE(one_wish_is_enough_and_what_came_meanwhile_forbids_it) {
  upkeep keep{sleepy(5min)};
  keep.on_ready(start, 0.5);
  BOOST_TEST((keep.on_due(start + 5min, false) == verdict::sleep));
  BOOST_TEST(keep.asks());
  BOOST_TEST(!keep.due()); // No timer while it waits for leave.
  BOOST_TEST((keep.on_due(start + 1h, false) == verdict::wait));
  BOOST_TEST(keep.may_sleep(start + 1h, false));
  BOOST_TEST(!keep.may_sleep(start + 1h, false)); // It asked once.
  BOOST_TEST((keep.on_due(start + 1h, false) == verdict::sleep));
  keep.on_used(start + 2h);
  BOOST_TEST(!keep.may_sleep(start + 2h + 1min, false));
  BOOST_TEST((keep.due() == start + 2h + 5min));
  BOOST_TEST((keep.on_due(start + 2h + 5min, false) == verdict::sleep));
  BOOST_TEST(!keep.may_sleep(start + 3h, true));
  BOOST_TEST((keep.on_due(start + 3h + 5min, false) == verdict::sleep));
  keep.on_gone();
  BOOST_TEST(!keep.may_sleep(start + 4h, false));
}

BOOST_AUTO_TEST_CASE(a_life_ends_within_the_last_tenth_of_its_limit_and_never_later) {
  struct row {
    double random;
    milliseconds life;
  };
  for (const auto& [random, life] :
       {row{0.0, 100s}, row{0.5, 95s}, row{0.999999, 90s}, row{-1.0, 100s}, row{7.0, 90s}}) {
    upkeep keep{sleepy(0s, 100s)};
    keep.on_ready(start, random);
    BOOST_TEST((keep.due() == start + life), random);
    BOOST_TEST((keep.on_due(start + life - 1ms, false) == verdict::wait));
    BOOST_TEST((keep.on_due(start + life, true) == verdict::replace));
    BOOST_TEST((keep.on_due(start + life, true) == verdict::wait)); // Once for each life.
    keep.on_gone();
    keep.on_ready(start + 1h, 0);
    BOOST_TEST((keep.due() == start + 1h + 100s));
  }
}

BOOST_AUTO_TEST_CASE(the_earlier_of_the_two_ends_is_looked_for_first) {
  upkeep keep{sleepy(5min, 10min)};
  keep.on_ready(start, 0);
  BOOST_TEST((keep.due() == start + 5min));
  keep.on_used(start + 8min);
  BOOST_TEST((keep.due() == start + 10min));
  BOOST_TEST((keep.on_due(start + 10min, false) == verdict::replace));
}

BOOST_AUTO_TEST_SUITE_END()
