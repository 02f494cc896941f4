// A server whose instance a former node has kept: adopted, ended, or mended like any other.
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct keepers : actor_fixture {
  virtual_node node{*this};
  server_spec web = virtual_node::spec("web");
  manner how; ///< Of every process that starts.

  keepers() {
    web.policy.on_node_exit = node_exit::keep;
    web.policy.link = link_kind::none;
    web.policy.ready = ready_policy{ready_kind::tcp, {}, {}};
    web.policy.port = port_auto;
    how.listens_after = 0ms;
  }
  void begin(virtual_node& in) {
    in.host.choose = [this](const std::string&, std::size_t) { return how; };
    in.begin({{web, desired_state::running, {}}});
  }
  /// As a former node noted it, but with a number and a port that no other has.
  kept_as note() {
    virtual_node former{*this};
    begin(former);
    advance(20ms);
    auto noted = former.host.last("web")->keep.value();
    noted.id.number = 7;
    noted.port = 23'456;
    return noted;
  }
  server_status row() { return node.rows().at(0); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_keep, keepers)

BOOST_AUTO_TEST_CASE(the_same_goes_on_under_its_number_and_port_and_no_start_is_told) {
  const auto kept = node.host.leave_over(note(), how);
  begin(node);
  advance(1min);
  BOOST_TEST((row().status == process_status::ready));
  BOOST_TEST(row().pid == kept->pid);
  BOOST_TEST(row().instance == 7u);
  BOOST_TEST(row().port == 23'456);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(row().reason == "");
  BOOST_TEST(node.host.lives.size() == 1u);
  BOOST_TEST(node.crashes.empty());
  BOOST_TEST(node.times("web", "ready") == 1u);
  for (const auto& told : node.seen["web"])
    if (told.status == "starting")
      BOOST_TEST(told.reason == "adopted: it runs since a former node's time");
}

BOOST_AUTO_TEST_CASE(one_of_another_definition_ends_by_the_policy_before_another_starts) {
  auto noted = note();
  noted.digest = "kept-other";
  auto deaf = how;
  deaf.heeds_term = false;
  web.policy.stop.term = 1s;
  const auto kept = node.host.leave_over(noted, deaf);
  begin(node);
  advance(1s - 1ms);
  BOOST_TEST(kept->runs);
  BOOST_TEST(node.host.lives.size() == 1u);
  advance(20ms);
  BOOST_TEST(kept->over);
  BOOST_TEST(node.host.alive("web") == 1u);
  BOOST_TEST((row().status == process_status::ready));
  BOOST_TEST(row().instance == 8u);
  BOOST_TEST(row().port != 23'456);
  BOOST_TEST(row().restarts == 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_before_its_adoption_is_done_when_it_has_ended) {
  auto deaf = how;
  deaf.heeds_term = false;
  web.policy.stop.term = 2s;
  const auto kept = node.host.leave_over(note(), deaf);
  node.install_takes = 10s;
  begin(node);
  const auto stop = node.order("web", server_verb::stop);
  advance(2s - 1ms);
  BOOST_TEST(kept->runs);
  BOOST_TEST(stop->answers == 0);
  BOOST_TEST(node.status("web") == "stopping");
  advance(20ms);
  BOOST_TEST(kept->over);
  BOOST_TEST((stop->answers == 1 && *stop->outcome));
  BOOST_TEST(node.status("web") == "stopped");
  advance(1min);
  BOOST_TEST(node.host.lives.size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_that_ends_before_its_adoption_is_followed_by_the_next_number) {
  const auto kept = node.host.leave_over(note(), how);
  node.install_takes = 10s;
  begin(node);
  advance(5s);
  node.host.crash(kept);
  advance(6s);
  BOOST_TEST((row().status == process_status::ready));
  BOOST_TEST(row().instance == 8u);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(node.host.alive("web") == 1u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(its_crash_is_restarted_under_the_brakes_as_any_other) {
  const auto kept = node.host.leave_over(note(), how);
  begin(node);
  advance(20ms);
  BOOST_TEST_REQUIRE((row().status == process_status::ready));
  how.listens_after.reset();
  how.exits_after = 1ms;
  node.host.crash(kept);
  advance(5ms); // At once: it had been ready.
  BOOST_TEST(node.host.lives.size() == 2u);
  BOOST_TEST(row().instance == 8u);
  BOOST_TEST(row().restarts == 1u);
  BOOST_TEST_REQUIRE(!node.crashes.empty());
  BOOST_TEST(node.crashes[0].fields.at("instance") == "7");
  BOOST_TEST(node.crashes[0].fields.at("was_ready") == "true");
  advance(1min);
  BOOST_TEST((row().status == process_status::crash_loop));
}

BOOST_AUTO_TEST_SUITE_END()
