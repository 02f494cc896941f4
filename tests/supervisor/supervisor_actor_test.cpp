#include "supervisor/supervisor_actor.hpp"

#include "tests/supervisor/supervisor_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;
using toolscore::test::supervisor_fixture;
using strings = std::vector<std::string>;

namespace {

child_spec announcing(child_spec spec) {
  spec.announces_ready = true;
  return spec;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(supervisor_actor, supervisor_fixture)

BOOST_AUTO_TEST_CASE(a_child_that_never_got_ready_restarts_at_200_ms_and_not_at_199) {
  options.children = {announcing(child("a"))};
  run();
  crash("a");
  advance(199ms);
  BOOST_TEST(starts("a") == 1u);
  advance(1ms);
  BOOST_TEST(starts("a") == 2u);
  BOOST_TEST(log == (strings{"starting a", "ended a", "backing_off a", "starting a"}),
             boost::test_tools::per_element());
  BOOST_TEST((reports[2].delay == 200ms));
  BOOST_TEST(reports[2].attempt == 1u);
  BOOST_TEST(reports[1].reason == "exit 1");
}

BOOST_AUTO_TEST_CASE(a_child_that_had_been_ready_restarts_at_once_and_then_backs_off) {
  options.children = {announcing(child("a"))};
  run();
  be_ready("a");
  crash("a");
  BOOST_TEST(starts("a") == 2u);
  be_ready("a");
  crash("a");
  BOOST_TEST(starts("a") == 2u);
  BOOST_TEST((last_report().delay == 200ms));
  advance(200ms);
  BOOST_TEST(starts("a") == 3u);
}

BOOST_AUTO_TEST_CASE(a_child_that_announces_nothing_is_ready_when_it_is_started) {
  options.children = {child("a")};
  run();
  BOOST_TEST(log == (strings{"starting a", "ready a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(readiness_counts_once_and_only_from_the_present_life) {
  options.children = {announcing(child("a"))};
  run();
  send(supervisor, child_ready{"a", 99});
  BOOST_TEST(told("ready a") == 0u);
  be_ready("a");
  be_ready("a");
  BOOST_TEST(told("ready a") == 1u);
}

BOOST_AUTO_TEST_CASE(the_delay_doubles_to_the_cap) {
  options.intensity.max = 100;
  options.intensity.never_ready = 0;
  options.children = {announcing(child("a"))};
  options.children[0].backoff.max = 1s;
  run();
  for (const auto expected : {200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    crash("a");
    BOOST_TEST((last_report().delay == expected));
    const auto before = starts("a");
    advance(expected - 1ms);
    BOOST_TEST(starts("a") == before);
    advance(1ms);
    BOOST_TEST(starts("a") == before + 1);
  }
}

BOOST_AUTO_TEST_CASE(jitter_is_taken_from_the_random_option) {
  options.random = [] { return 0.0; };
  options.children = {announcing(child("a"))};
  options.children[0].backoff.jitter = 0.2;
  run();
  crash("a");
  BOOST_TEST((last_report().delay == 160ms));
}

BOOST_AUTO_TEST_CASE(five_restarts_in_a_minute_and_the_next_parks_until_the_half_open_timer) {
  options.parks = true;
  options.children = {child("a")};
  run();
  for (int i = 0; i < 5; ++i) {
    crash("a");
    advance(5s);
  }
  BOOST_TEST(starts("a") == 6u);
  crash("a", "exit 7");
  BOOST_TEST(log.back() == "parked a");
  BOOST_TEST((last_report().delay == 5min));
  BOOST_TEST(last_report().reason == "exit 7");
  advance(5min - 1ms);
  BOOST_TEST(starts("a") == 6u);
  advance(1ms);
  BOOST_TEST(starts("a") == 7u);
  BOOST_TEST(!ended);
}

BOOST_AUTO_TEST_CASE(six_starts_that_never_got_ready_park_and_a_failed_half_open_try_parks_again) {
  options.parks = true;
  options.intensity.period = 1ms; // Only the other brake counts.
  options.children = {announcing(child("a"))};
  run();
  for (int i = 0; i < 6; ++i) {
    BOOST_TEST(told("parked a") == 0u);
    crash("a");
    advance(10s);
  }
  BOOST_TEST(told("parked a") == 1u);
  advance(5min);
  BOOST_TEST(starts("a") == 7u);
  crash("a");
  BOOST_TEST(told("parked a") == 2u);
  advance(5min);
  be_ready("a");
  advance(60s);
  crash("a");
  BOOST_TEST(starts("a") == 9u); // The brakes are reset: at once.
}

BOOST_AUTO_TEST_CASE(a_parked_child_without_half_open_waits_for_an_order) {
  options.parks = true;
  options.intensity.max = 0;
  options.intensity.half_open = 0ms;
  options.children = {child("a")};
  run();
  crash("a");
  BOOST_TEST(log.back() == "parked a");
  advance(24h);
  BOOST_TEST(starts("a") == 1u);
  send(supervisor, start_child{"a"});
  BOOST_TEST(starts("a") == 2u);
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_does_not_park_ends_with_the_childs_name_and_reason) {
  options.name = "roots";
  options.intensity.max = 1;
  options.children = {child("a"), child("b")};
  run();
  crash("b");
  crash("b", "the disk is full");
  BOOST_TEST(ended);
  BOOST_TEST(end_reason.find("roots gave up: child b") != std::string::npos, end_reason);
  BOOST_TEST(end_reason.find("the disk is full") != std::string::npos, end_reason);
  BOOST_TEST(asked_to_end == strings{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_restart_type_decides) {
  struct row {
    restart_type type;
    bool well;
    std::size_t starts;
  };
  const row rows[] = {{restart_type::permanent, true, 2}, {restart_type::permanent, false, 2},
                      {restart_type::transient, true, 1}, {restart_type::transient, false, 2},
                      {restart_type::temporary, true, 1}, {restart_type::temporary, false, 1}};
  for (const auto& x : rows) {
    const auto id = std::string("c") + std::to_string(&x - rows);
    options.children.push_back(child(id));
    options.children.back().restart = x.type;
  }
  options.intensity.max = 10;
  run();
  for (const auto& x : rows) {
    const auto id = std::string("c") + std::to_string(&x - rows);
    x.well ? end_well(id) : crash(id);
    BOOST_TEST(starts(id) == x.starts, id);
    BOOST_TEST(told("finished " + id) == (x.starts == 1 ? 1u : 0u), id);
  }
}

BOOST_AUTO_TEST_CASE(a_normal_end_has_no_reason_and_an_unnamed_one_has_cafs_words) {
  options.children = {child("a"), child("b")};
  run();
  end_well("a");
  crash("b", "unnamed");
  std::map<std::string, std::string> reasons;
  for (const auto& x : reports)
    if (x.what == child_event::ended) reasons[x.child] = x.reason;
  BOOST_TEST(reasons["a"] == "");
  BOOST_TEST(reasons["b"].find("invalid_argument") != std::string::npos, reasons["b"]);
}

BOOST_AUTO_TEST_CASE(children_end_in_reverse_order_each_awaited) {
  options.children = {child("a"), child("b", manner::slow), child("c", manner::slow)};
  run();
  ask_end(supervisor);
  BOOST_TEST(asked_to_end == strings{"c"}, boost::test_tools::per_element());
  advance(1s);
  BOOST_TEST(asked_to_end == (strings{"c", "b"}), boost::test_tools::per_element());
  BOOST_TEST(!ended);
  advance(1s);
  BOOST_TEST(asked_to_end == (strings{"c", "b", "a"}), boost::test_tools::per_element());
  BOOST_TEST(ended);
  BOOST_TEST(end_reason.find("user_shutdown") != std::string::npos, end_reason);
}

BOOST_AUTO_TEST_CASE(a_stubborn_child_is_killed_when_its_stop_timeout_is_over) {
  options.children = {child("a", manner::stubborn)};
  options.children[0].stop_timeout = 3s;
  run();
  ask_end(supervisor);
  advance(2'999ms);
  BOOST_TEST(!ended);
  advance(1ms);
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(a_crash_during_the_end_of_all_restarts_nothing) {
  options.children = {child("a"), child("b", manner::slow)};
  run();
  ask_end(supervisor);
  crash("a");
  advance(1s);
  BOOST_TEST(ended);
  BOOST_TEST(starts("a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_killed_supervisor_leaves_no_child) {
  options.children = {child("a", manner::stubborn), child("b")};
  run();
  const auto before = running();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  settle();
  BOOST_TEST(ended);
  BOOST_TEST(running() == before - 3u); // The supervisor and both children.
}

BOOST_AUTO_TEST_CASE(an_ended_supervisor_leaves_no_child_whatever_its_children_were_doing) {
  options.parks = true;
  options.intensity.never_ready = 1;
  options.children = {child("ready"), announcing(child("starting")), announcing(child("parked")),
                      child("waiting"), child("stopped")};
  run();
  crash("parked");
  crash("waiting");
  crash("waiting");
  send(supervisor, stop_child{"stopped"});
  ask_end(supervisor);
  BOOST_TEST(ended);
  const auto total = lives.size();
  advance(1h);
  BOOST_TEST(lives.size() == total);
  for (const char* id : {"ready", "starting", "parked", "waiting", "stopped"})
    BOOST_TEST(told(std::string("finished ") + id) == 1u, id);
}

BOOST_AUTO_TEST_CASE(a_stopped_child_stays_ended_until_it_is_started) {
  options.children = {child("a")};
  run();
  send(supervisor, stop_child{"a"});
  send(supervisor, stop_child{"a"});
  BOOST_TEST(told("finished a") == 1u);
  advance(1h);
  BOOST_TEST(starts("a") == 1u);
  send(supervisor, start_child{"a"});
  send(supervisor, start_child{"a"});
  BOOST_TEST(starts("a") == 2u);
}

BOOST_AUTO_TEST_CASE(a_start_during_the_stop_starts_it_when_it_is_gone) {
  options.children = {child("a", manner::slow)};
  run();
  send(supervisor, stop_child{"a"});
  send(supervisor, start_child{"a"});
  BOOST_TEST(starts("a") == 1u);
  advance(1s);
  BOOST_TEST(starts("a") == 2u);
}

BOOST_AUTO_TEST_CASE(a_restart_by_order_is_at_once_and_no_brake_counts_it) {
  options.intensity.max = 0;
  options.children = {child("a")};
  run();
  for (int i = 0; i < 20; ++i) send(supervisor, restart_child{"a"});
  BOOST_TEST(starts("a") == 21u);
  BOOST_TEST(!ended);
  BOOST_TEST(last_report().attempt == 0u);
}

BOOST_AUTO_TEST_CASE(a_start_order_cuts_a_back_off_short_and_its_old_timer_starts_nothing) {
  options.children = {announcing(child("a"))};
  run();
  crash("a"); // Arms a timer for 200 ms.
  send(supervisor, start_child{"a"});
  BOOST_TEST(starts("a") == 2u);
  advance(100ms);
  crash("a"); // And one for 300 ms.
  advance(199ms);
  BOOST_TEST(starts("a") == 2u);
  advance(1ms);
  BOOST_TEST(starts("a") == 3u);
}

BOOST_AUTO_TEST_CASE(a_child_that_outlives_its_kill_is_abandoned_and_its_late_end_ignored) {
  options.children = {child("a", manner::stuck)};
  options.children[0].stop_timeout = 3s;
  run();
  send(supervisor, restart_child{"a"});
  advance(3s); // Killed, but it waits for an answer and sees nothing else.
  advance(4'999ms);
  BOOST_TEST(told("ended a") == 0u);
  advance(1ms);
  BOOST_TEST(told("ended a") == 1u);
  BOOST_TEST(starts("a") == 2u);
  caf::anon_send_exit(silent, caf::exit_reason::kill);
  settle();
  BOOST_TEST(told("ended a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_removed_child_is_forgotten_and_its_name_is_free_at_once) {
  options.children = {child("a", manner::slow)};
  run();
  send(supervisor, remove_child{"a"});
  send(supervisor, add_child{child("a")});
  BOOST_TEST(starts("a") == 1u);
  advance(1s);
  BOOST_TEST(starts("a") == 2u);
  send(supervisor, remove_child{"a"});
  send(supervisor, start_child{"a"});
  BOOST_TEST(starts("a") == 2u);
  send(supervisor, add_child{child("a")});
  BOOST_TEST(starts("a") == 3u);
}

BOOST_AUTO_TEST_CASE(a_child_may_be_added_and_a_second_of_its_name_is_not) {
  run();
  send(supervisor, add_child{child("a")});
  send(supervisor, add_child{child("a")});
  BOOST_TEST(starts("a") == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_of_an_older_child_is_ignored) {
  options.children = {child("a")};
  run();
  auto old = last("a").actor;
  crash("a");
  BOOST_TEST(starts("a") == 2u);
  // The late news of the first life, as a second monitor would bring it.
  send(supervisor, caf::down_msg{old.address(), caf::make_error(caf::sec::runtime_error)});
  advance(1s);
  BOOST_TEST(starts("a") == 2u);
  BOOST_TEST(told("ended a") == 1u);
}

BOOST_AUTO_TEST_CASE(numbers_of_starts_count_up_and_are_never_used_twice) {
  options.children = {child("a"), child("b")};
  run();
  crash("a");
  crash("b");
  strings seen;
  for (const auto& x : lives) seen.push_back(x.child + std::to_string(x.number));
  BOOST_TEST(seen == (strings{"a1", "b2", "a3", "b4"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_factory_that_makes_nothing_is_a_failed_start) {
  options.parks = true;
  options.children = {child("a")};
  options.children[0].start = [](auto*, auto) { return caf::actor{}; };
  run();
  advance(1min);
  BOOST_TEST(told("parked a") == 1u);
  BOOST_TEST(told("ended a") == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
