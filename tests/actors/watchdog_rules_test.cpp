#include "actors/watchdog.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const watchdog::moment start{1h};

server_policy pinged(ping_policy ping) {
  server_policy policy;
  policy.ping = ping;
  policy.stop = {1s, 0s, 2s};
  return policy;
}

} // namespace

BOOST_AUTO_TEST_SUITE(watchdog_rules)

BOOST_AUTO_TEST_CASE(its_period_is_that_of_the_pings_and_none_where_they_are_off) {
  BOOST_TEST((watchdog(server_policy{}).period() == 45s));
  BOOST_TEST((watchdog(pinged({2s, 1s, 5})).period() == 10s));
  watchdog off(pinged({0s, 1s, 5}));
  BOOST_TEST((off.period() == 0s));
  off.on_ready(start);
  off.on_alive(start);
  BOOST_TEST(!off.due());
  BOOST_TEST(!off.is_hung(start + 1h));
}

BOOST_AUTO_TEST_CASE(what_never_speaks_is_not_watched_and_nothing_is_before_readiness) {
  watchdog silent(pinged({1s, 1s, 3}));
  silent.on_ready(start);
  BOOST_TEST(!silent.due());
  watchdog early(pinged({1s, 1s, 3}));
  early.on_alive(start);
  BOOST_TEST(!early.due());
  early.on_ready(start + 2s); // A whole period from here.
  BOOST_TEST((early.due() == start + 5s));
}

BOOST_AUTO_TEST_CASE(each_word_moves_its_end_and_silence_for_a_period_is_a_hang) {
  watchdog dog(pinged({1s, 1s, 3}));
  dog.on_ready(start);
  for (int beat = 0; beat < 10; ++beat) {
    dog.on_alive(start + beat * 2s);
    BOOST_TEST((dog.due() == start + beat * 2s + 3s));
    BOOST_TEST(!dog.is_hung(start + beat * 2s + 2'999ms));
  }
  BOOST_TEST(dog.is_hung(start + 21s));
  BOOST_TEST(dog.detail() == "no WATCHDOG=1 for 3s");
}

BOOST_AUTO_TEST_CASE(a_gap_of_our_own_gives_one_more_period_and_only_one) {
  watchdog dog(pinged({1s, 1s, 3}));
  dog.on_ready(start);
  dog.on_alive(start);
  BOOST_TEST(!dog.is_hung(start + 1h));
  BOOST_TEST((dog.due() == start + 1h + 3s));
  BOOST_TEST(dog.is_hung(start + 2h));
  dog.on_alive(start + 2h); // It did live: the next gap is forgiven as the first was.
  BOOST_TEST(!dog.is_hung(start + 3h));
}

BOOST_AUTO_TEST_CASE(what_says_that_it_stops_has_the_time_of_a_stop) {
  watchdog dog(pinged({1h, 1s, 3}));
  dog.on_ready(start);
  dog.on_alive(start);
  dog.on_stopping(start + 1s);
  dog.on_stopping(start + 3s); // Saying it again gains nothing,
  dog.on_alive(start + 3s);    // nor does this.
  BOOST_TEST((dog.due() == start + 4s));
  BOOST_TEST(dog.is_hung(start + 4s));
  BOOST_TEST(dog.detail() == "it said STOPPING=1 and did not end within 3s");
}

BOOST_AUTO_TEST_SUITE_END()
