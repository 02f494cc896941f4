#include "tests/supervisor/supervisor_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

/// With a coordinator that grants when the test says so.
struct permit_fixture : toolscore::test::supervisor_fixture {
  strings asked;
  strings released;
  std::vector<std::pair<permit_request, caf::actor>> open;
  bool grants = true;

  permit_fixture() {
    options.coordinator = spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {[=, this](const permit_request& x) {
                asked.push_back(x.child + std::to_string(x.number));
                open.emplace_back(x, caf::actor_cast<caf::actor>(self->current_sender()));
                if (grants) grant();
              },
              [this](const permit_release& x) {
                released.push_back(x.child + std::to_string(x.number));
              }};
    });
  }
  ~permit_fixture() { open.clear(); }
  void grant() {
    auto requests = std::exchange(open, {});
    for (auto& [request, who] : requests)
      caf::anon_send(who, permit_granted{request.child, request.number});
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

BOOST_AUTO_TEST_CASE(without_its_coordinator_every_start_is_permitted) {
  grants = false;
  options.children = {child("a"), child("b")};
  run();
  BOOST_TEST(lives.empty());
  caf::anon_send_exit(options.coordinator, caf::exit_reason::kill);
  settle();
  BOOST_TEST(starts("a") == 1u);
  BOOST_TEST(starts("b") == 1u);
  crash("a");
  BOOST_TEST(starts("a") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
