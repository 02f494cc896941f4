#include "tests/supervisor/supervisor_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

struct group_fixture : toolscore::test::supervisor_fixture {
  void forget() {
    for (auto& x : lives) keep(x.actor);
    lives.clear();
    log.clear();
    asked_to_end.clear();
  }
  strings started() const {
    strings ids;
    for (const auto& x : lives) ids.push_back(x.child);
    return ids;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(supervisor_group, group_fixture)

BOOST_AUTO_TEST_CASE(one_for_all_ends_the_others_in_reverse_and_starts_all_in_order) {
  options.how = toolscore::strategy::one_for_all;
  for (const char* id : {"a", "b", "c"}) options.children.push_back(child(id));
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  BOOST_TEST(asked_to_end == (strings{"c", "a"}), boost::test_tools::per_element());
  BOOST_TEST(started() == (strings{"a", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rest_for_one_leaves_those_before_alone) {
  options.how = toolscore::strategy::rest_for_one;
  for (const char* id : {"a", "b", "c", "d"}) options.children.push_back(child(id));
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  BOOST_TEST(asked_to_end == (strings{"d", "c"}), boost::test_tools::per_element());
  BOOST_TEST(started() == (strings{"b", "c", "d"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nobody_starts_before_the_last_of_the_group_is_gone) {
  options.how = toolscore::strategy::one_for_all;
  options.children = {child("a", manner::slow), child("b"), child("c", manner::slow)};
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  BOOST_TEST(asked_to_end == strings{"c"}, boost::test_tools::per_element());
  advance(1s);
  BOOST_TEST(asked_to_end == (strings{"c", "a"}), boost::test_tools::per_element());
  BOOST_TEST(started().empty());
  advance(1s);
  BOOST_TEST(started() == (strings{"a", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_group_waits_for_the_back_off_of_the_one_that_failed) {
  options.how = toolscore::strategy::one_for_all;
  options.children = {child("a"), child("b")};
  options.children[1].announces_ready = true;
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  advance(199ms);
  BOOST_TEST(started().empty());
  advance(1ms);
  BOOST_TEST(started() == (strings{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_earlier_failure_takes_over_the_group_of_a_later_one) {
  options.how = toolscore::strategy::rest_for_one;
  options.children = {child("a"), child("b"), child("c"), child("d")};
  for (auto& spec : options.children) spec.announces_ready = true;
  run();
  auto a = last("a").actor;
  auto c = last("c").actor;
  forget();
  send(c, std::string("exit 1")); // c and d at 200 ms.
  advance(100ms);
  send(a, std::string("exit 1")); // All at 300 ms.
  advance(199ms);
  BOOST_TEST(started().empty());
  advance(1ms);
  BOOST_TEST(started() == (strings{"a", "b", "c", "d"}), boost::test_tools::per_element());
  advance(1h);
  BOOST_TEST(started().size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_temporary_or_stopped_member_does_not_come_back_with_its_group) {
  options.how = toolscore::strategy::one_for_all;
  options.children = {child("a"), child("b"), child("c")};
  options.children[0].restart = restart_type::temporary;
  run();
  send(supervisor, stop_child{"b"});
  auto c = last("c").actor;
  forget();
  send(c, std::string("exit 1"));
  BOOST_TEST(started() == strings{"c"}, boost::test_tools::per_element());
  BOOST_TEST(told("finished a") == 1u);
}

BOOST_AUTO_TEST_CASE(stopping_the_failed_one_lets_the_rest_of_its_group_run) {
  options.how = toolscore::strategy::one_for_all;
  options.children = {child("a"), child("b")};
  options.children[1].announces_ready = true;
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  send(supervisor, stop_child{"b"});
  BOOST_TEST(started() == strings{"a"}, boost::test_tools::per_element());
  advance(1h);
  BOOST_TEST(started() == strings{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_parked_child_holds_its_group_until_its_half_open_try) {
  options.how = toolscore::strategy::one_for_all;
  options.parks = true;
  options.intensity.max = 0;
  options.children = {child("a"), child("b")};
  run();
  auto b = last("b").actor;
  forget();
  send(b, std::string("exit 1"));
  BOOST_TEST(told("parked b") == 1u);
  advance(5min - 1ms);
  BOOST_TEST(started().empty());
  advance(1ms);
  BOOST_TEST(started() == (strings{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_they_are_parked_each_child_has_an_intensity_of_its_own) {
  options.parks = true;
  options.intensity.max = 2;
  options.intensity.half_open = 0ms;
  options.children = {child("a"), child("b")};
  run();
  for (int crash_number = 0; crash_number < 3; ++crash_number) {
    crash("a");
    advance(1s);
  }
  BOOST_TEST(told("parked a") == 1u);
  crash("b");
  BOOST_TEST(starts("b") == 2u); // At once, as if "a" had never been.
  BOOST_TEST(told("parked b") == 0u);
}

BOOST_AUTO_TEST_CASE(children_that_end_together_are_all_asked_at_once_and_all_awaited) {
  options.ends_together = true;
  options.children = {child("a", manner::slow), child("b", manner::slow), child("c")};
  run();
  ask_end(supervisor);
  BOOST_TEST(asked_to_end.size() == 3u);
  advance(999ms);
  BOOST_TEST(!ended);
  advance(1ms);
  BOOST_TEST(ended);
  for (const char* id : {"a", "b", "c"}) BOOST_TEST(told(std::string("finished ") + id) == 1u, id);
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_ends_while_a_group_restarts_ends) {
  options.how = toolscore::strategy::one_for_all;
  options.children = {child("a", manner::slow), child("b"), child("c", manner::slow)};
  run();
  crash("b");
  ask_end(supervisor);
  advance(3s);
  BOOST_TEST(ended);
  BOOST_TEST(lives.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
