#include "tests/sim/seeds.hpp"

#include <boost/test/unit_test.hpp>

// The other half of the seeds, an entry of its own for a second core.
BOOST_AUTO_TEST_SUITE(simulation_more)

BOOST_AUTO_TEST_CASE(whatever_happens_the_invariants_hold) {
  toolscore::test::run_seeds(5001, 5000);
}

BOOST_AUTO_TEST_SUITE_END()
