#include "tests/sim/seeds.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(whatever_happens_the_invariants_hold) {
  toolscore::test::run_seeds(1, 5000);
}

BOOST_AUTO_TEST_SUITE_END()
