#include "loop/spin_budget.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using std::chrono::microseconds;

namespace {

/// Waits of `took` each, spun where the budget says so; how many spins found nothing.
int wasted(toolscore::spin_budget& budget, int waits, microseconds took) {
  int nothing = 0;
  for (int i = 0; i < waits; ++i) {
    if (budget.may_spin()) {
      const bool found = took < toolscore::spin_budget::spin_max;
      budget.spun(found);
      if (found) continue;
      ++nothing;
    }
    budget.slept(took);
  }
  return nothing;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spin_budget)

BOOST_AUTO_TEST_CASE(rare_work_is_never_spun_for) {
  toolscore::spin_budget budget(2);
  BOOST_TEST(wasted(budget, 1'000, microseconds(1'000)) == 0);
  BOOST_TEST(!budget.may_spin());
}

BOOST_AUTO_TEST_CASE(work_in_quick_succession_is_spun_for) {
  toolscore::spin_budget budget(2);
  BOOST_TEST(wasted(budget, 100, microseconds(10)) == 0);
  BOOST_TEST(budget.may_spin());
}

BOOST_AUTO_TEST_CASE(spins_that_find_nothing_end_soon) {
  toolscore::spin_budget budget(2);
  wasted(budget, 100, microseconds(10));
  BOOST_TEST(wasted(budget, 1'000, microseconds(500)) == toolscore::spin_budget::credit_max);
  BOOST_TEST(!budget.may_spin());
}

BOOST_AUTO_TEST_CASE(waits_just_out_of_reach_waste_one_spin_in_so_many) {
  toolscore::spin_budget budget(2);
  const int waits = 1'600;
  BOOST_TEST(wasted(budget, waits, microseconds(45)) <=
             waits / toolscore::spin_budget::short_waits_a_try);
}

BOOST_AUTO_TEST_CASE(one_long_wait_begins_the_count_of_short_ones_anew) {
  toolscore::spin_budget budget(2);
  for (int i = 0; i < 100; ++i) {
    wasted(budget, toolscore::spin_budget::short_waits_a_try - 1, microseconds(10));
    budget.slept(microseconds(500));
  }
  BOOST_TEST(!budget.may_spin());
}

BOOST_AUTO_TEST_CASE(one_processor_never_spins) {
  toolscore::spin_budget budget(1);
  BOOST_TEST(wasted(budget, 1'000, microseconds(10)) == 0);
  BOOST_TEST(!budget.may_spin());
}

BOOST_AUTO_TEST_SUITE_END()
