#include "tests/sim/world.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(determinism)

BOOST_AUTO_TEST_CASE(a_seed_tells_the_same_story_twice_whatever_ran_before) {
  std::vector<std::uint64_t> first;
  {
    actor_fixture time;
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
      first.push_back(world(time, seed, false).run().hash);
  }
  for (std::uint64_t seed = 20; seed >= 1; --seed) {
    actor_fixture time;
    BOOST_TEST(world(time, seed, false).run().hash == first[seed - 1]);
  }
  BOOST_TEST(first[0] != first[1]);
}

BOOST_AUTO_TEST_SUITE_END()
