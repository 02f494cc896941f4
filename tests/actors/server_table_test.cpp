#include "actors/server_table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <vector>

using namespace toolscore;

namespace {

template <class Enum>
Enum at(std::size_t i) {
  return static_cast<Enum>(i);
}

} // namespace

BOOST_AUTO_TEST_SUITE(server_table)

BOOST_AUTO_TEST_CASE(a_stopped_server_is_never_shown_as_serving) {
  for (std::size_t i = 0; i < install_status_count; ++i)
    for (std::size_t k = 0; k < instances_status_count; ++k) {
      const auto status =
          status_of(at<install_status>(i), desired_state::stopped, at<instances_status>(k));
      const bool down = status == process_status::stopped || status == process_status::stopping;
      BOOST_TEST(down);
    }
}

BOOST_AUTO_TEST_CASE(only_an_installed_server_with_a_ready_instance_is_ready) {
  for (std::size_t i = 0; i < install_status_count; ++i)
    for (std::size_t k = 0; k < instances_status_count; ++k) {
      const auto status =
          status_of(at<install_status>(i), desired_state::running, at<instances_status>(k));
      const bool expected = at<install_status>(i) == install_status::installed &&
                            at<instances_status>(k) == instances_status::ready;
      BOOST_TEST((status == process_status::ready) == expected);
    }
}

BOOST_AUTO_TEST_CASE(calls_are_written_to_ready_servers_alone_and_wait_only_for_what_can_come) {
  BOOST_TEST((admit(process_status::ready) == admission::serve));
  BOOST_TEST((admit(process_status::backing_off) == admission::wait));
  BOOST_TEST((admit(process_status::building) == admission::wait));
  BOOST_TEST((admit(process_status::crash_loop) == admission::refuse));
  BOOST_TEST((admit(process_status::failed) == admission::refuse));
  BOOST_TEST((admit(process_status::stopped) == admission::refuse));
}

BOOST_AUTO_TEST_CASE(a_node_waits_for_no_server_that_comes_and_goes_as_it_was_told) {
  using enum process_status;
  for (std::size_t i = 0; i < process_status_count; ++i) {
    const auto status = at<process_status>(i);
    const bool between = status == waiting || status == starting || status == stopping;
    for (const bool comes_and_goes : {false, true}) {
      const bool decided = is_decided(status, desired_state::running, comes_and_goes);
      if (between) BOOST_TEST(decided == comes_and_goes, to_string(status));
      if (status == backing_off || status == building) BOOST_TEST(!decided);
      if (status == asleep || status == crash_loop) BOOST_TEST(decided);
    }
  }
  BOOST_TEST(!is_decided(stopping, desired_state::stopped, true)); // By order: it is to stop.
}

BOOST_AUTO_TEST_CASE(what_sleeps_or_falls_asleep_is_shown_so_and_ends_by_one_report_alone) {
  const auto shown = [](instances_status now) {
    return status_of(install_status::installed, desired_state::running, now);
  };
  BOOST_TEST((shown(instances_status::dozing) == process_status::stopping));
  BOOST_TEST((shown(instances_status::asleep) == process_status::asleep));
  BOOST_TEST((status_of(install_status::installed, desired_state::stopped,
                        instances_status::asleep) == process_status::stopped));
  for (std::size_t e = 0; e < child_event_count; ++e) {
    const auto what = at<child_event>(e);
    const auto after = after_report(instances_status::dozing, what);
    BOOST_TEST((after == (what == child_event::finished ? instances_status::asleep
                                                        : instances_status::dozing)));
  }
  BOOST_TEST((after_report(instances_status::asleep, child_event::starting) ==
              instances_status::starting));
  BOOST_TEST((admit(process_status::asleep) == admission::wait));
}

BOOST_AUTO_TEST_CASE(one_replica_is_what_its_server_is) {
  for (std::size_t k = 0; k < instances_status_count; ++k) {
    const std::array one{at<instances_status>(k)};
    BOOST_TEST((together(one) == one[0]));
  }
  BOOST_TEST((together({}) == instances_status::none));
}

BOOST_AUTO_TEST_CASE(replicas_together_serve_while_one_is_ready_and_hope_while_one_may_be) {
  using enum instances_status;
  struct row {
    std::vector<instances_status> each;
    instances_status all;
  };
  const row rows[] = {
      {{ready, ready}, ready},
      {{ready, starting}, degraded},
      {{ready, parked}, degraded},
      {{ready, backing_off}, degraded},
      {{ready, finished}, degraded},
      {{ready, waiting}, degraded},
      {{ready, ending}, degraded},
      {{starting, backing_off}, starting},
      {{parked, starting}, starting},
      {{waiting, backing_off}, waiting},
      {{parked, backing_off, finished}, backing_off},
      {{parked, parked}, parked},
      {{locked, parked}, locked},
      {{locked, backing_off}, backing_off},
      {{ready, locked}, degraded},
      {{parked, finished}, parked},
      {{finished, finished}, finished},
      {{ending, finished}, ending},
      {{ending, starting}, ending},
      {{dozing, asleep}, dozing},
      {{asleep, asleep}, asleep},
      {{asleep, finished}, asleep},
      {{none, none}, none},
  };
  for (const auto& [each, all] : rows) {
    auto turned = each;
    do { // Whatever stands where.
      BOOST_TEST((together(turned) == all),
                 to_string(status_of(install_status::installed, desired_state::running, all)));
      std::rotate(turned.begin(), turned.begin() + 1, turned.end());
    } while (turned != each);
  }
}

BOOST_AUTO_TEST_CASE(any_two_replicas_are_degraded_exactly_if_one_is_ready_and_not_both) {
  using enum instances_status;
  for (std::size_t i = 0; i < instances_status_count; ++i)
    for (std::size_t k = 0; k < instances_status_count; ++k) {
      const std::array pair{at<instances_status>(i), at<instances_status>(k)};
      const std::array turned{pair[1], pair[0]};
      BOOST_TEST((together(pair) == together(turned)));
      const bool some = (pair[0] == ready) != (pair[1] == ready);
      const bool sum = pair[0] == degraded || pair[1] == degraded; // Of others; never of one.
      if (!sum) BOOST_TEST((together(pair) == degraded) == some);
      BOOST_TEST((together(pair) == ready) == (pair[0] == ready && pair[1] == ready));
      const auto settled = [](instances_status x) {
        return x == ready || x == parked || x == locked || x == finished || x == asleep;
      };
      BOOST_TEST(all_settled(pair) == (settled(pair[0]) && settled(pair[1])));
    }
  BOOST_TEST((status_of(install_status::installed, desired_state::running, degraded) ==
              process_status::degraded));
  BOOST_TEST((admit(process_status::degraded) == admission::serve));
  BOOST_TEST(is_decided(process_status::degraded, desired_state::running, false));
}

BOOST_AUTO_TEST_CASE(gone_is_reached_from_every_living_state_and_never_left) {
  for (std::size_t s = 0; s < instance_state_count; ++s) {
    const auto from = at<instance_state>(s);
    const auto to = next(from, instance_event::process_gone);
    if (from == instance_state::gone)
      BOOST_TEST(!to.has_value());
    else
      BOOST_TEST((to == instance_state::gone));
  }
  for (std::size_t e = 0; e < instance_event_count; ++e)
    BOOST_TEST(!next(instance_state::gone, at<instance_event>(e)).has_value());
}

BOOST_AUTO_TEST_CASE(a_stop_is_legal_in_every_living_state) {
  for (std::size_t s = 0; s < instance_state_count; ++s)
    if (at<instance_state>(s) != instance_state::gone)
      BOOST_TEST(next(at<instance_state>(s), instance_event::stop_asked).has_value());
}

BOOST_AUTO_TEST_CASE(a_report_of_an_end_changes_nothing_until_the_decision) {
  for (std::size_t k = 0; k < instances_status_count; ++k)
    BOOST_TEST(
        (after_report(at<instances_status>(k), child_event::ended) == at<instances_status>(k)));
  BOOST_TEST(
      (after_report(instances_status::ready, child_event::parked) == instances_status::parked));
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_login_refuses_calls_holds_up_nobody_and_is_no_crash_loop) {
  BOOST_TEST((after_report(instances_status::starting, child_event::parked, true) ==
              instances_status::locked));
  BOOST_TEST((after_report(instances_status::locked, child_event::starting, true) ==
              instances_status::starting));
  BOOST_TEST((status_of(install_status::installed, desired_state::running,
                        instances_status::locked) == process_status::needs_login));
  BOOST_TEST((status_of(install_status::installed, desired_state::stopped,
                        instances_status::locked) == process_status::stopped));
  BOOST_TEST((admit(process_status::needs_login) == admission::refuse));
  BOOST_TEST(is_decided(process_status::needs_login, desired_state::running, false));
  BOOST_TEST(!node_end({{significance::any, process_status::needs_login, false}}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
