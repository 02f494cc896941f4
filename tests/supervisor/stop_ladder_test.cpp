#include "supervisor/stop_ladder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const stop_ladder::moment t0{};

std::string text(const std::optional<stop_step>& step) {
  if (!step) return "-";
  std::string all = to_string(step->rung);
  if (step->deadline)
    all += " " +
           std::to_string(std::chrono::duration_cast<milliseconds>(*step->deadline - t0).count());
  return all;
}

std::string text(const std::vector<rung_time>& times) {
  std::string all;
  for (const auto& x : times)
    all += std::string(all.empty() ? "" : " ") + to_string(x.rung) + "=" +
           std::to_string(x.took.count());
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stop_ladder)

BOOST_AUTO_TEST_CASE(a_server_that_ignores_everything_is_climbed_down_rung_by_rung) {
  toolscore::stop_ladder ladder{stop_policy{}};
  BOOST_TEST(text(ladder.begin(t0, true, false)) == "drain 5000");
  BOOST_TEST(text(ladder.next(t0 + 5s, stop_event::deadline)) == "close_stdin 7000");
  BOOST_TEST(text(ladder.next(t0 + 7s, stop_event::deadline)) == "term 10000");
  BOOST_TEST(text(ladder.next(t0 + 10s, stop_event::deadline)) == "kill 12000");
  BOOST_TEST(text(ladder.next(t0 + 10'004ms, stop_event::process_gone)) == "verify 11004");
  BOOST_TEST(text(ladder.next(t0 + 10'006ms, stop_event::tree_empty)) == "done");
  BOOST_TEST(ladder.clean());
  BOOST_TEST(text(ladder.times()) == "drain=5000 close_stdin=2000 term=3000 kill=4 verify=2");
}

BOOST_AUTO_TEST_CASE(no_call_in_flight_means_no_drain) {
  toolscore::stop_ladder ladder{stop_policy{}};
  BOOST_TEST(text(ladder.begin(t0, false, false)) == "close_stdin 2000");
  BOOST_TEST(text(ladder.next(t0 + 30ms, stop_event::process_gone)) == "verify 1030");
  BOOST_TEST(text(ladder.next(t0 + 31ms, stop_event::tree_empty)) == "done");
  BOOST_TEST(text(ladder.times()) == "close_stdin=30 verify=1");
}

BOOST_AUTO_TEST_CASE(a_drain_ends_with_the_last_call) {
  toolscore::stop_ladder ladder{stop_policy{}};
  ladder.begin(t0, true, false);
  BOOST_TEST(text(ladder.next(t0 + 70ms, stop_event::drained)) == "close_stdin 2070");
}

BOOST_AUTO_TEST_CASE(a_process_that_is_gone_needs_only_to_be_verified) {
  toolscore::stop_ladder ladder{stop_policy{}};
  BOOST_TEST(text(ladder.begin(t0, true, true)) == "verify 1000");
}

BOOST_AUTO_TEST_CASE(what_outlives_its_server_is_killed_and_looked_for_again) {
  toolscore::stop_ladder ladder{stop_policy{}};
  ladder.begin(t0, false, true);
  BOOST_TEST(text(ladder.next(t0, stop_event::tree_alive)) == "kill 2000");
  BOOST_TEST(text(ladder.next(t0 + 1ms, stop_event::tree_empty)) == "done");
  BOOST_TEST(ladder.clean());
}

BOOST_AUTO_TEST_CASE(a_tree_that_survives_every_kill_ends_the_ladder_unclean) {
  toolscore::stop_ladder ladder{stop_policy{}};
  ladder.begin(t0, false, true);
  std::uint32_t kills = 0;
  for (int i = 0; i < 100 && ladder.rung() != stop_rung::done; ++i) {
    const auto step = ladder.next(t0, stop_event::deadline);
    kills += step && step->rung == stop_rung::kill;
  }
  BOOST_TEST((ladder.rung() == stop_rung::done));
  BOOST_TEST(kills == toolscore::stop_ladder::kills_max);
  BOOST_TEST(!ladder.clean());
}

BOOST_AUTO_TEST_CASE(no_event_leads_up_the_ladder_but_a_tree_that_is_alive) {
  for (std::size_t r = 0; r < stop_rung_count; ++r)
    for (std::size_t e = 0; e < stop_event_count; ++e) {
      const auto rung = static_cast<stop_rung>(r);
      const auto event = static_cast<stop_event>(e);
      const auto to = next(rung, event);
      BOOST_TEST((to >= rung || (rung == stop_rung::verify && to == stop_rung::kill)));
    }
}

BOOST_AUTO_TEST_CASE(deadlines_alone_end_every_ladder) {
  for (const bool calls : {false, true})
    for (const bool gone : {false, true}) {
      toolscore::stop_ladder ladder{stop_policy{}};
      auto step = std::optional(ladder.begin(t0, calls, gone));
      int rungs = 0;
      while (step && step->deadline && ++rungs < 20)
        step = ladder.next(*step->deadline, stop_event::deadline);
      BOOST_TEST((ladder.rung() == stop_rung::done));
      BOOST_TEST(text(ladder.next(t0, stop_event::deadline)) == "-");
    }
}

BOOST_AUTO_TEST_CASE(nothing_happens_before_it_began) {
  toolscore::stop_ladder ladder{stop_policy{}};
  BOOST_TEST(text(ladder.next(t0, stop_event::process_gone)) == "-");
  BOOST_TEST(!ladder.begun());
}

BOOST_AUTO_TEST_SUITE_END()
