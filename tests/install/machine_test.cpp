#include "runners/install_machine.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

using namespace toolscore;

namespace {

template <class Visit>
void every_pair(Visit visit) {
  for (std::size_t s = 0; s < install_state_count; ++s)
    for (std::size_t e = 0; e < install_event_count; ++e)
      visit(static_cast<install_state>(s), static_cast<install_event>(e));
}

/// Every state that can follow `from`, itself included.
std::set<install_state> reachable(install_state from) {
  std::set<install_state> seen{from};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& row : install_transitions)
      if (seen.count(row.at) != 0) grew |= seen.insert(row.to).second;
  }
  return seen;
}

} // namespace

BOOST_AUTO_TEST_SUITE(machine)

BOOST_AUTO_TEST_CASE(every_pair_is_listed_once_or_illegal) {
  std::size_t legal = 0;
  every_pair([&](install_state s, install_event e) { legal += next(s, e).has_value(); });
  BOOST_TEST(legal == install_transitions.size());
}

BOOST_AUTO_TEST_CASE(an_install_that_is_over_takes_no_event_and_every_other_can_be_cancelled) {
  for (std::size_t s = 0; s < install_state_count; ++s) {
    const auto state = static_cast<install_state>(s);
    BOOST_TEST(next(state, install_event::cancel_asked).has_value() == !is_over(state));
  }
  every_pair([](install_state s, install_event e) {
    if (is_over(s)) BOOST_TEST(!next(s, e).has_value());
  });
}

BOOST_AUTO_TEST_CASE(every_state_is_reached_and_comes_to_an_end) {
  BOOST_TEST(reachable(install_state::checking).size() == install_state_count);
  for (std::size_t s = 0; s < install_state_count; ++s) {
    const auto states = reachable(static_cast<install_state>(s));
    BOOST_TEST(std::any_of(states.begin(), states.end(), is_over),
               to_string(static_cast<install_state>(s)));
  }
}

BOOST_AUTO_TEST_CASE(installed_is_reached_only_by_a_check_or_a_seal) {
  every_pair([](install_state s, install_event e) {
    if (next(s, e) != install_state::installed) return;
    BOOST_TEST((s == install_state::checking || s == install_state::sealing));
  });
}

BOOST_AUTO_TEST_CASE(what_held_a_slot_ends_only_by_a_seal_or_after_its_directory_is_cleared) {
  every_pair([](install_state s, install_event e) {
    const auto to = next(s, e);
    if (!to || !holds_slot(s) || holds_slot(*to)) return;
    BOOST_TEST((e == install_event::cleared || e == install_event::sealed), to_string(e));
  });
}

BOOST_AUTO_TEST_CASE(what_is_under_way_has_ended_before_a_directory_is_cleared) {
  every_pair([](install_state s, install_event e) {
    const auto to = next(s, e);
    if (to != install_state::clearing_failed && to != install_state::clearing_cancelled) return;
    if (s == install_state::clearing_failed || s == install_state::clearing_cancelled) return;
    BOOST_TEST((e == install_event::ended || e == install_event::step_failed), to_string(e));
  });
}

BOOST_AUTO_TEST_CASE(every_state_and_event_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (std::size_t s = 0; s < install_state_count; ++s)
    names.insert(to_string(static_cast<install_state>(s)));
  BOOST_TEST(names.size() == install_state_count);
  names.clear();
  for (std::size_t e = 0; e < install_event_count; ++e)
    names.insert(to_string(static_cast<install_event>(e)));
  BOOST_TEST(names.size() == install_event_count);
  BOOST_TEST(names.count("unknown") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
