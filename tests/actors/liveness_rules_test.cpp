#include "actors/liveness.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const ping_policy three{15s, 5s, 3};
const liveness::moment start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(liveness_rules)

BOOST_AUTO_TEST_CASE(so_many_silent_pings_in_a_row_are_a_hang) {
  liveness life(three);
  for (int round = 1; round <= 3; ++round) {
    life.asked();
    BOOST_TEST(life.expired(1, start, start) == (round == 3));
    BOOST_TEST(life.unhealthy());
  }
  BOOST_TEST(life.detail() == "3 pings in a row");
}

BOOST_AUTO_TEST_CASE(an_answer_or_any_line_begins_the_count_anew) {
  for (const bool by_line : {false, true}) {
    liveness life(three);
    for (int round = 0; round < 100; ++round) { // flapping health is no hang
      life.asked();
      BOOST_TEST(!life.expired(1, start, start));
      life.asked();
      BOOST_TEST(!life.expired(1, start, start));
      BOOST_TEST(life.unhealthy());
      life.asked();
      by_line ? life.heard() : life.answered();
      if (by_line) BOOST_TEST(!life.expired(1, start, start));
      BOOST_TEST(!life.unhealthy());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_before_the_ping_does_not_excuse_it) {
  liveness life(ping_policy{15s, 5s, 1});
  life.heard();
  life.asked();
  BOOST_TEST(life.expired(1, start, start));
}

BOOST_AUTO_TEST_CASE(a_gap_of_our_own_gives_one_more_round_and_only_one) {
  liveness life(ping_policy{15s, 5s, 1});
  life.asked();
  BOOST_TEST(!life.expired(4, start, start + 1h));
  BOOST_TEST(!life.unhealthy());
  life.asked();
  BOOST_TEST(life.expired(1, start, start + 1h));
}

BOOST_AUTO_TEST_CASE(a_short_delay_is_no_gap) {
  struct row {
    milliseconds timeout, late;
    bool hung;
  };
  for (const auto& [timeout, late, hung] : {row{5s, 1s, true}, row{5s, 1'001ms, false},
                                            row{200ms, 100ms, true}, row{200ms, 101ms, false}}) {
    liveness life(ping_policy{15s, timeout, 1});
    life.asked();
    BOOST_TEST(life.expired(1, start, start + late) == hung, timeout.count()
                                                                 << " " << late.count());
  }
}

BOOST_AUTO_TEST_SUITE_END()
