#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// One server "fs" in a tree on virtual time; its reports wait for a store that takes none.
struct one_server : actor_fixture {
  virtual_node node{*this};
  server_spec fs = virtual_node::spec("fs");
  std::vector<manner> manners; ///< Of the first starts; after them the default.

  void run() {
    node.host.choose = [this](const std::string&, std::size_t start) {
      return start <= manners.size() ? manners[start - 1] : manner{};
    };
    node.begin({{fs, desired_state::running, {}}});
    advance(10ms);
  }
  const std::vector<crash_report>& reports() const { return node.tree->records.crashes; }
  void crash(process_exit exit) {
    node.host.crash(node.host.last("fs"), exit);
    settle();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_crashes, one_server)

BOOST_AUTO_TEST_CASE(a_crash_with_a_call_in_flight_is_one_report_and_one_event) {
  manners = {manner{}};
  manners[0].answers_after.reset();
  run();
  const auto pid = node.host.last("fs")->pid;
  node.call("fs");
  advance(1s);
  crash({true, 11, true, false, 0, {3ms, 2ms, 4'096, 0}});
  BOOST_TEST_REQUIRE(reports().size() == 1u);
  const auto& x = reports()[0];
  BOOST_TEST(x.server.value == "fs");
  BOOST_TEST(x.kind == "killed");
  BOOST_TEST(x.reason == "killed by signal 11 (SIGSEGV), core dumped");
  BOOST_TEST(x.instance == 1u);
  BOOST_TEST(x.pid == pid);
  BOOST_TEST_REQUIRE(x.exit.has_value());
  BOOST_TEST(x.exit->core_dumped);
  BOOST_TEST((x.exit->usage.user_time == 3ms));
  BOOST_TEST((x.uptime >= 1s && x.uptime <= 1'010ms));
  BOOST_TEST(x.was_ready);
  BOOST_TEST(x.in_flight == 1u);
  BOOST_TEST_REQUIRE(x.calls.size() == 1u);
  BOOST_TEST(x.calls[0].tool == "t");
  BOOST_TEST(x.calls[0].id == "1");
  BOOST_TEST(x.attempt == 1u);
  BOOST_TEST((x.delay == 0ms));
  BOOST_TEST_REQUIRE(node.crashes.size() == 1u);
  BOOST_TEST(node.crashes[0].server.value == "fs");
  BOOST_TEST(node.crashes[0].fields.at("signal") == "11");
  BOOST_TEST(node.crashes[0].fields.at("in_flight") == "1");
  BOOST_TEST((node.crashes[0].at == x.at));
}

BOOST_AUTO_TEST_CASE(each_report_tells_the_delay_that_was_decided_and_none_when_parked) {
  fs.policy.intensity.max = 2;
  run();
  crash({false, 3});
  advance(10ms);
  crash({false, 3});
  advance(1s);
  crash({false, 3});
  BOOST_TEST(node.status("fs") == "crash_loop");
  BOOST_TEST_REQUIRE(reports().size() == 3u);
  BOOST_TEST((reports()[0].delay == 0ms));
  BOOST_TEST((reports()[1].delay == 200ms));
  BOOST_TEST((reports()[2].delay == std::nullopt));
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(reports()[i].instance == i + 1);
  BOOST_TEST(node.crashes.size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_was_ordered_and_a_success_that_finishes_are_no_crashes) {
  fs.policy.restart = restart_type::transient;
  run();
  node.order("fs", server_verb::restart);
  advance(1s);
  node.order("fs", server_verb::stop);
  advance(20s);
  node.order("fs", server_verb::start);
  advance(1s);
  BOOST_TEST_REQUIRE(node.host.starts("fs") == 3u);
  crash({false, 0});
  BOOST_TEST(node.status("fs") == "completed");
  BOOST_TEST(reports().empty());
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(a_permanent_server_that_exits_with_success_has_crashed) {
  run();
  crash({false, 0});
  BOOST_TEST_REQUIRE(reports().size() == 1u);
  BOOST_TEST(reports()[0].reason == "exited with code 0");
  BOOST_TEST(reports()[0].was_ready);
}

BOOST_AUTO_TEST_CASE(a_temporary_server_that_fails_has_a_report_without_a_delay) {
  fs.policy.restart = restart_type::temporary;
  run();
  crash({false, 1});
  BOOST_TEST_REQUIRE(reports().size() == 1u);
  BOOST_TEST((reports()[0].delay == std::nullopt));
}

BOOST_AUTO_TEST_CASE(
    one_that_could_not_be_started_has_neither_exit_nor_uptime_nor_the_last_ones_pid) {
  manners = {manner{}, manner{}};
  manners[1].spawn_error = "no such program";
  run();
  crash({false, 1});
  advance(10ms);
  BOOST_TEST_REQUIRE(reports().size() == 2u);
  const auto& x = reports()[1];
  BOOST_TEST(x.kind == "spawn_failed");
  BOOST_TEST(x.instance == 2u);
  BOOST_TEST(x.pid == 0);
  BOOST_TEST(!x.exit.has_value());
  BOOST_TEST(!x.uptime.has_value());
  BOOST_TEST(!x.was_ready);
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_for_its_silence_was_never_ready) {
  fs.policy.start_timeout = 2s;
  manners = {manner{}};
  manners[0].says = speech::silent;
  run();
  advance(3s);
  BOOST_TEST_REQUIRE(reports().size() == 1u);
  BOOST_TEST(reports()[0].kind == "handshake_timeout");
  BOOST_TEST((reports()[0].uptime >= 2s && reports()[0].uptime < 2'100ms));
  BOOST_TEST(!reports()[0].was_ready);
}

BOOST_AUTO_TEST_CASE(an_instance_whose_actor_dies_is_reported_once_without_an_exit) {
  manners = {manner{}};
  manners[0].send_throws = "a descriptor is no socket";
  run();
  advance(1s);
  BOOST_TEST_REQUIRE(reports().size() == 1u);
  BOOST_TEST(reports()[0].kind == "internal_error");
  BOOST_TEST(!reports()[0].exit.has_value());
}

BOOST_AUTO_TEST_CASE(while_the_store_is_away_reports_wait_in_a_bounded_line) {
  record_inbox inbox;
  BOOST_TEST(inbox.put_crash({}));
  for (std::size_t i = 0; i < record_inbox::crashes_max + 4; ++i) BOOST_TEST(!inbox.put_crash({}));
  BOOST_TEST(inbox.crashes.size() == record_inbox::crashes_max);
  BOOST_TEST(inbox.crashes_dropped == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
