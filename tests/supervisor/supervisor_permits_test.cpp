#include "tests/supervisor/supervisor_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

/// With a coordinator that grants when the test says so.
struct permit_fixture : toolscore::test::supervisor_fixture {
  strings asked;
  strings held;
  std::vector<permit_request> requests;
  strings released;
  std::vector<std::pair<permit_request, caf::actor>> open;
  bool grants = true;

  permit_fixture() { options.coordinator = gate = new_coordinator(); }
  caf::actor new_coordinator() {
    return spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {[=, this](const permit_request& x) {
                asked.push_back(x.child + std::to_string(x.number));
                requests.push_back(x);
                open.emplace_back(x, caf::actor_cast<caf::actor>(self->current_sender()));
                if (grants) grant();
              },
              [this](const permit_held& x) { held.push_back(x.child + std::to_string(x.number)); },
              [this](const permit_release& x) {
                released.push_back(x.child + std::to_string(x.number));
              }};
    });
  }
  ~permit_fixture() { open.clear(); }
  caf::actor gate; ///< The present coordinator.
  void grant() {
    for (auto& [request, who] : std::exchange(open, {}))
      caf::send_as(gate, who, permit_granted{request.child, request.number});
  }
  void grant_now() {
    grant();
    settle();
  }
  child_spec announcing(const std::string& id) {
    auto spec = child(id);
    spec.announces_ready = true;
    return spec;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(supervisor_permits, permit_fixture)

BOOST_AUTO_TEST_CASE(every_start_is_asked_for_and_waits_for_its_permit) {
  grants = false;
  options.children = {announcing("a")};
  run();
  BOOST_TEST(asked == strings{"a1"}, boost::test_tools::per_element());
  advance(1h);
  BOOST_TEST(starts("a") == 0u);
  BOOST_TEST(log.empty());
  grant_now();
  BOOST_TEST(starts("a") == 1u);
  crash("a");
  advance(200ms);
  BOOST_TEST(asked == (strings{"a1", "a2"}), boost::test_tools::per_element());
  BOOST_TEST(starts("a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_permit_is_given_back_once_when_the_child_is_ready) {
  options.children = {announcing("a")};
  run();
  BOOST_TEST(released.empty());
  be_ready("a");
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
  send(supervisor, stop_child{"a"});
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_permit_is_given_back_once_when_the_child_is_gone_before) {
  options.children = {announcing("a")};
  run();
  crash("a");
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
  ask_end(supervisor);
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_permit_that_comes_too_late_is_given_back_and_starts_nothing) {
  grants = false;
  options.children = {announcing("a")};
  run();
  send(supervisor, stop_child{"a"});
  BOOST_TEST(released.empty());
  grant_now();
  BOOST_TEST(starts("a") == 0u);
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_permit_for_an_older_request_does_not_start_a_newer_one) {
  grants = false;
  options.children = {announcing("a")};
  run();
  send(supervisor, stop_child{"a"});
  send(supervisor, start_child{"a"});
  BOOST_TEST(asked == (strings{"a1", "a2"}), boost::test_tools::per_element());
  grant_now();
  BOOST_TEST(starts("a") == 1u);
  BOOST_TEST(last("a").number == 2u);
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_ends_takes_its_open_requests_back) {
  grants = false;
  options.children = {announcing("a"), announcing("b")};
  run();
  ask_end(supervisor);
  BOOST_TEST(ended);
  BOOST_TEST(released == (strings{"a1", "b2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_killed_supervisor_gives_its_permits_back) {
  options.children = {announcing("a")};
  run();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  settle();
  BOOST_TEST(released == strings{"a1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_its_coordinator_a_start_waits_for_the_successor) {
  grants = false;
  options.children = {announcing("a"), announcing("b"), announcing("c")};
  run();
  grant_now();
  be_ready("c");
  crash("c");
  const auto former = gate;
  caf::anon_send_exit(former, caf::exit_reason::kill);
  settle();
  asked.clear();
  open.clear();
  crash("b");
  advance(1h);
  BOOST_TEST(lives.size() == 3u);
  BOOST_TEST(asked.empty());
  gate = new_coordinator();
  send(supervisor, coordinator_changed{gate});
  BOOST_TEST(held == strings{"a1"}, boost::test_tools::per_element());
  BOOST_TEST(asked == (strings{"b5", "c4"}), boost::test_tools::per_element());
  // What the former one granted before it died counts no longer.
  caf::send_as(former, supervisor, permit_granted{"c", 4});
  settle();
  BOOST_TEST(starts("c") == 1u);
  grant_now();
  BOOST_TEST(starts("c") == 2u);
  BOOST_TEST(starts("b") == 2u);
  be_ready("a");
  BOOST_TEST(released.back() == "a1");
}

BOOST_AUTO_TEST_CASE(a_request_tells_whether_the_child_ended_by_itself_and_stands_alone) {
  options.name = "boss";
  options.children = {announcing("a"), announcing("b")};
  run();
  be_ready("b");
  crash("a");
  send(supervisor, restart_child{"b"});
  be_ready("b");
  BOOST_REQUIRE(requests.size() == 3u);
  for (const auto& x : requests) BOOST_TEST(x.supervisor == "boss");
  BOOST_TEST((!requests[0].restart && requests[0].alone));
  BOOST_TEST((!requests[1].restart && requests[1].alone));
  BOOST_TEST((requests[2].child == "b" && !requests[2].restart && requests[2].alone));
  advance(1s);
  BOOST_REQUIRE(requests.size() == 4u);
  BOOST_TEST((requests[3].child == "a" && !requests[3].restart && !requests[3].alone));
  BOOST_TEST((requests[0].last && requests[1].last && requests[2].last && !requests[3].last));
}

BOOST_AUTO_TEST_CASE(one_that_starts_is_not_ready_but_lives_and_one_that_ends_does_not) {
  options.children = {announcing("a"), announcing("b")};
  run();
  crash("b"); // "a" still starts.
  advance(1s);
  BOOST_REQUIRE(requests.size() == 3u);
  BOOST_TEST((requests[2].child == "b" && requests[2].alone && !requests[2].last));
}

BOOST_AUTO_TEST_CASE(the_last_of_all_that_ends_restarts_though_another_is_back_before_it) {
  options.children = {announcing("a"), announcing("b")};
  run();
  be_ready("a");
  be_ready("b");
  crash("a");
  be_ready("a"); // It was back at once, and will not be next time.
  crash("b");
  crash("a");
  be_ready("b");
  advance(1s);
  BOOST_REQUIRE(requests.size() == 5u);
  BOOST_TEST((requests[2].child == "a" && !requests[2].restart));
  BOOST_TEST((requests[3].child == "b" && !requests[3].restart));
  BOOST_TEST((requests[4].child == "a" && requests[4].restart && !requests[4].alone));
}

BOOST_AUTO_TEST_CASE(a_start_that_is_held_back_is_reported_with_its_reason) {
  grants = false;
  options.children = {announcing("a")};
  run();
  send(supervisor, permit_deferred{"a", 1, "waits for b"});
  BOOST_TEST(log == strings{"waiting a"}, boost::test_tools::per_element());
  BOOST_TEST(last_report().reason == "waits for b");
  send(supervisor, permit_deferred{"a", 7, "stale"});
  grant_now();
  send(supervisor, permit_deferred{"a", 1, "too late"});
  BOOST_TEST(log == (strings{"waiting a", "starting a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
