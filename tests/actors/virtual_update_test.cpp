// A server that goes over to another install while it serves.
#include "tests/actors/asking_fixture.hpp"

#include <set>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct updating : asking_fixture {
  updating() {
    how.says = speech::modern;
    fs.command = "/bin/fs";
    node.install_version = "1.0.0";
  }
  /// Runs from 1.0.0, and from now on 2.0.0 is what is installed.
  void run_and_publish() {
    run();
    node.install_version = "2.0.0";
  }
  std::string program(std::size_t number) {
    std::string text;
    for (const auto& word : life(number)->plan.argv) text += (text.empty() ? "" : " ") + word;
    return text;
  }
  static std::string told(const made_update_ptr& made) {
    if (!made->outcome) return "no answer";
    if (!*made->outcome) return made->outcome->failure().detail;
    const auto& x = **made->outcome;
    return x.changed ? x.from + " -> " + x.to : "nothing new, " + x.from;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_update, updating)

BOOST_AUTO_TEST_CASE(it_is_tried_beside_what_serves_and_only_then_takes_its_place) {
  run_and_publish();
  start[2] = how;
  start[2].handshake_takes = 5s;
  const auto made = node.update("fs");
  advance(3s); // The trial is not ready yet.
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(!life(1)->over);
  BOOST_TEST(node.choices.empty());
  const auto served = written(nullptr);
  finish(life(1));
  BOOST_TEST(succeeded(served));
  advance(10s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST_REQUIRE(starts() == 3u);
  BOOST_TEST(program(1) == "/bin/fs");
  BOOST_TEST(program(2) == "/bin/fs 1");
  BOOST_TEST(program(3) == "/bin/fs 1");
  BOOST_TEST((life(1)->over && life(2)->over && !life(3)->over));
  // The trial had ended before the old one was asked to.
  BOOST_TEST((life(2)->ended <= *life(1)->closed));
  BOOST_TEST(node.choices.size() == 1u);
  BOOST_TEST((node.choices.at(0) == install_choice{1, 0U}));
  BOOST_TEST(row().commit == "2.0.0");
  BOOST_TEST(node.crashes.empty());
  BOOST_TEST(node.discarded.empty());
}

BOOST_AUTO_TEST_CASE(a_crash_after_it_starts_the_new_one_again) {
  run_and_publish();
  node.update("fs");
  advance(5s);
  BOOST_TEST_REQUIRE(starts() == 3u);
  node.host.crash(life(3));
  advance(5s);
  BOOST_TEST_REQUIRE(starts() == 4u);
  BOOST_TEST(program(4) == "/bin/fs 1");
}

BOOST_AUTO_TEST_CASE(nothing_new_changes_nothing) {
  run();
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made) == "nothing new, 1.0.0");
  BOOST_TEST(starts() == 1u);
  BOOST_TEST(!life(1)->over);
  BOOST_TEST(node.choices.empty());
  BOOST_TEST(node.discarded == std::vector<std::uint32_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(node.times("fs", "building") == 0u);
}

BOOST_AUTO_TEST_CASE(an_install_that_fails_leaves_the_old_one_serving) {
  run_and_publish();
  node.install_error = "npm: npm install x: exit 1: no";
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(told(made) == node.install_error);
  BOOST_TEST(starts() == 1u);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.choices.empty());
  node.install_error.clear();
  const auto again = node.update("fs");
  advance(5s);
  BOOST_TEST(told(again) == "1.0.0 -> 2.0.0");
}

BOOST_AUTO_TEST_CASE(a_trial_that_fails_leaves_the_old_one_serving) {
  run_and_publish();
  start[2] = how;
  start[2].exits_after = 1ms;
  start[2].handshake_takes = 1s;
  const auto made = node.update("fs");
  const auto served = written(nullptr);
  advance(5s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).starts_with("trial: /bin/fs 1: exited with code 1"), told(made));
  BOOST_TEST(told(made).find("1.0.0 serves on") != std::string::npos, told(made));
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(!life(1)->over);
  BOOST_TEST(served->ends == 0);
  finish(life(1));
  BOOST_TEST(succeeded(served));
  BOOST_TEST(node.choices.empty());
  BOOST_TEST(node.discarded.size() == 1u);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.crashes.empty());
  BOOST_TEST(row().restarts == 0u);
}

BOOST_AUTO_TEST_CASE(a_trial_that_never_gets_ready_ends_with_its_start_timeout) {
  fs.policy.start_timeout = 3s;
  run_and_publish();
  start[2] = how;
  start[2].says = speech::silent;
  const auto made = node.update("fs");
  advance(2s);
  BOOST_TEST(made->answers == 0);
  advance(30s);
  BOOST_TEST(told(made).find("not ready within its start timeout") != std::string::npos,
             told(made));
  BOOST_TEST((life(2)->over && !life(1)->over));
}

BOOST_AUTO_TEST_CASE(what_the_store_does_not_take_is_not_gone_over_to) {
  run_and_publish();
  node.store_error = "the disk is full";
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(told(made) == "the disk is full");
  BOOST_TEST((!life(1)->over && life(2)->over));
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(node.discarded.size() == 1u);
  node.host.crash(life(1));
  advance(5s);
  BOOST_TEST(program(3) == "/bin/fs");
}

BOOST_AUTO_TEST_CASE(the_way_back_is_the_install_before_and_must_be_there) {
  run_and_publish();
  const auto none = node.update("fs", true);
  advance(1s);
  BOOST_TEST(told(none).find("no install before") != std::string::npos, told(none));
  BOOST_TEST(node.beside.empty());
  node.update("fs");
  advance(5s);
  node.install_version = "1.0.0";
  const auto made = node.update("fs", true);
  advance(5s);
  BOOST_TEST(told(made) == "2.0.0 -> 1.0.0");
  BOOST_TEST_REQUIRE(node.beside.size() == 2u);
  BOOST_TEST((node.beside[0].refresh && !node.beside[0].present));
  BOOST_TEST((!node.beside[1].refresh && node.beside[1].present));
  BOOST_TEST(node.beside[1].revision == 0u);
  BOOST_TEST((node.choices.back() == install_choice{0, 1U}));
  BOOST_TEST(program(starts()) == "/bin/fs");
  // A trial of it that fails removes nothing: it was there before.
  start[starts() + 1] = how;
  start[starts() + 1].exits_after = 1ms;
  start[starts() + 1].handshake_takes = 1s;
  const auto forth = node.update("fs", true);
  advance(5s);
  BOOST_TEST(told(forth).starts_with("trial: "), told(forth));
  BOOST_TEST(node.discarded.empty());
}

BOOST_AUTO_TEST_CASE(one_update_at_a_time) {
  node.install_takes = 0ms;
  run_and_publish();
  node.install_takes = 2s;
  const auto first = node.update("fs");
  const auto second = node.update("fs");
  advance(1s);
  BOOST_TEST(told(second).find("under way") != std::string::npos, told(second));
  advance(10s);
  BOOST_TEST(told(first) == "1.0.0 -> 2.0.0");
}

BOOST_AUTO_TEST_CASE(a_runner_that_dies_of_a_fault_ends_it_as_failed) {
  run_and_publish();
  node.install_takes = 10s;
  const auto made = node.update("fs");
  advance(1s);
  BOOST_TEST(made->answers == 0);
  caf::anon_send_exit(node.tree->runner, caf::exit_reason::kill);
  advance(1s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).starts_with("the runner of installs has failed; "), told(made));
  BOOST_TEST(node.status("fs") == "ready");
  const auto again = node.update("fs"); // There is no other here: it is told at once.
  advance(20s);                         // A late word of the dead one changes nothing.
  BOOST_TEST(again->answers == 1);
  BOOST_TEST(told(again).starts_with("the runner of installs has failed; "), told(again));
  BOOST_TEST((starts() == 1u && !life(1)->over));
}

BOOST_AUTO_TEST_CASE(a_trial_that_fails_while_there_is_no_runner_is_told_all_the_same) {
  run_and_publish();
  start[2] = how;
  start[2].exits_after = 1ms;
  start[2].handshake_takes = 3s;
  const auto made = node.update("fs");
  advance(1s);
  caf::anon_send_exit(node.tree->runner, caf::exit_reason::kill);
  advance(10s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).starts_with("trial: "), told(made));
}

BOOST_AUTO_TEST_CASE(a_stop_overtakes_it_and_leaves_neither) {
  run_and_publish();
  start[2] = how;
  start[2].handshake_takes = 10s;
  const auto made = node.update("fs");
  advance(1s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  const auto stop = node.order("fs", server_verb::stop);
  advance(10s);
  BOOST_TEST((stop->answers == 1 && *stop->outcome));
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).find("a later stop overtook the update") != std::string::npos, told(made));
  BOOST_TEST(alive() == 0u);
  BOOST_TEST(node.choices.empty());
  BOOST_TEST(node.discarded.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_stopped_server_goes_over_untried_and_starts_from_there) {
  run_and_publish();
  node.order("fs", server_verb::stop);
  advance(5s);
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST((**made->outcome).note.find("stopped") != std::string::npos);
  BOOST_TEST(starts() == 1u);
  node.order("fs", server_verb::start);
  advance(5s);
  BOOST_TEST(program(2) == "/bin/fs 1");
}

BOOST_AUTO_TEST_CASE(what_cannot_have_two_instances_is_restarted_untried) {
  fs.policy.port = std::uint16_t{8080};
  run_and_publish();
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST((**made->outcome).note.find("8080") != std::string::npos);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST((life(1)->over && !life(2)->over));
  BOOST_TEST(program(2) == "/bin/fs 1");
}

BOOST_AUTO_TEST_CASE(what_gets_ready_when_tried_and_not_when_it_serves_says_how_to_go_back) {
  fs.policy.intensity.half_open = 0ms;
  run_and_publish();
  auto broken = how;
  broken.exits_after = 1ms;
  broken.handshake_takes = 1s;
  for (std::size_t number = 3; number < 30; ++number) start[number] = broken;
  const auto made = node.update("fs");
  advance(5min);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).find("crash_loop") != std::string::npos, told(made));
  BOOST_TEST(told(made).find("--rollback") != std::string::npos, told(made));
  start.clear();
  node.install_version = "1.0.0";
  const auto back = node.update("fs", true);
  advance(10s);
  BOOST_TEST(told(back) == "2.0.0 -> 1.0.0");
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(every_replica_goes_over) {
  fs.policy.replicas = 3;
  run();
  node.install_version = "2.0.0";
  const auto made = node.update("fs");
  advance(10s);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST_REQUIRE(starts() == 7u);
  std::set<std::string> logs;
  for (std::size_t number = 5; number <= 7; ++number) {
    BOOST_TEST(program(number) == "/bin/fs 1");
    logs.insert(life(number)->plan.stderr_log);
  }
  BOOST_TEST(logs.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_removed_server_and_a_node_that_stops_leave_no_trial) {
  run_and_publish();
  start[2] = how;
  start[2].handshake_takes = 10s;
  const auto made = node.update("fs");
  advance(1s);
  BOOST_TEST(alive() == 2u);
  const auto remove = node.order("fs", server_verb::remove);
  advance(20s);
  BOOST_TEST(remove->answers == 1);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(alive() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
