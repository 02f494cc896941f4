#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// One server "fs" in a tree on virtual time.
struct one_server : actor_fixture {
  virtual_node node{*this};
  server_spec fs = virtual_node::spec("fs");
  std::vector<manner> manners; ///< Of the first starts; after them the default.

  void run() {
    node.host.choose = [this](const std::string&, std::size_t start) {
      return start <= manners.size() ? manners[start - 1] : manner{};
    };
    node.begin({{fs, desired_state::running, {}}});
  }
  void run_ready() {
    run();
    advance(10ms);
    BOOST_TEST_REQUIRE(node.status("fs") == "ready");
  }
  life_ptr process() { return node.host.last("fs"); }
  /// A call that waits for its answer, and an hour in which the node was stopped.
  made_call_ptr suspended_in_a_call() {
    manners = {manner{}};
    manners[0].answers_after.reset();
    run_ready();
    const auto call = node.call("fs");
    advance(1ms);
    BOOST_TEST_REQUIRE(process()->calls.size() == 1u);
    sleep_through(1h);
    return call;
  }
  /// The first instance's actor threw; the next one has no fault.
  void check_internal_error() {
    const auto call = node.call("fs");
    advance(10ms);
    bool told = false;
    for (const auto& state : node.seen["fs"]) {
      BOOST_TEST(state.reason.find("exited") == std::string::npos, state.reason);
      told = told ||
             state.reason == "ended by an internal error of toolscore: a descriptor?is no socket";
    }
    BOOST_TEST(told);
    advance(1s);
    BOOST_TEST(node.status("fs") == "ready");
    BOOST_TEST(call->ends == 1);
    BOOST_TEST(!call->failed(), call->text);
    BOOST_TEST(node.host.alive("fs") == 1u);
  }
};

bool says(const made_call_ptr& call, const std::string& text) {
  return call->text.find(text) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_life, one_server)

BOOST_AUTO_TEST_CASE(a_server_starts_shakes_hands_and_answers) {
  run_ready();
  const auto call = node.call("fs");
  advance(10ms);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed());
}

BOOST_AUTO_TEST_CASE(a_server_that_was_ready_and_crashes_idle_is_back_at_once) {
  run_ready();
  node.host.crash(process());
  advance(3ms);
  BOOST_TEST(node.host.starts("fs") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(a_second_crash_waits_its_back_off_to_the_millisecond) {
  run_ready();
  node.host.crash(process());
  advance(10ms);
  node.host.crash(process());
  advance(199ms);
  BOOST_TEST(node.host.starts("fs") == 2u);
  advance(1ms);
  BOOST_TEST(node.host.starts("fs") == 3u);
}

BOOST_AUTO_TEST_CASE(a_call_in_flight_at_a_crash_fails_once_with_what_a_program_needs) {
  manners = {manner{}, manner{}};
  manners[0].answers_after.reset();
  run_ready();
  const auto call = node.call("fs");
  node.host.crash(process(), {true, 9});
  settle();
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(says(call, R"("server":"fs")"), call->text);
  BOOST_TEST(says(call, R"("signal":9)"), call->text);
  BOOST_TEST(says(call, R"("attempt":1)"), call->text);
  BOOST_TEST(says(call, R"("retry_in_ms":0)"), call->text);
  advance(1min);
  BOOST_TEST(call->ends == 1);
}

BOOST_AUTO_TEST_CASE(calls_wait_during_a_restart_and_then_succeed) {
  run_ready();
  node.host.crash(process());
  advance(10ms);
  node.host.crash(process());
  settle();
  const auto call = node.call("fs");
  advance(200ms);
  BOOST_TEST(call->ends == 0);
  advance(10ms);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed());
}

BOOST_AUTO_TEST_CASE(the_queue_holds_its_maximum_and_refuses_the_next) {
  fs.policy.queue.max = 2;
  manners = {manner{}};
  manners[0].handshake_takes = 1s;
  run();
  const auto first = node.call("fs");
  node.call("fs");
  const auto over = node.call("fs");
  BOOST_TEST(over->ends == 1);
  BOOST_TEST(says(over, "queue_full"), over->text);
  advance(2s);
  BOOST_TEST(first->ends == 1);
  BOOST_TEST(!first->failed());
}

BOOST_AUTO_TEST_CASE(a_waiting_call_fails_at_its_wait_deadline_and_not_before) {
  fs.policy.queue.wait = 5s;
  manners = {manner{}};
  manners[0].says = speech::silent;
  run();
  const auto call = node.call("fs");
  advance(4999ms);
  BOOST_TEST(call->ends == 0);
  advance(1ms);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(says(call, "queue.wait"), call->text);
}

BOOST_AUTO_TEST_CASE(a_call_fails_at_its_deadline_and_progress_extends_that) {
  fs.policy.call_timeout = 10s;
  fs.policy.call_timeout_max = 15s;
  fs.policy.ping.every = 0ms;
  manners = {manner{}};
  manners[0].answers_after.reset();
  run_ready();
  const auto plain = node.call("fs");
  const auto moving = node.call("fs", true);
  advance(9s);
  const auto id = process()->calls.back();
  node.host.say(process(), R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
                           R"({"progressToken":)" +
                               id + R"(,"progress":1}})");
  advance(1s);
  BOOST_TEST(plain->ends == 1);
  BOOST_TEST(moving->ends == 0);
  BOOST_TEST(moving->events == 1);
  advance(5s - 1ms);
  BOOST_TEST(moving->ends == 0);
  advance(1ms);
  BOOST_TEST(moving->ends == 1);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_takes_too_long_ends_the_instance) {
  fs.policy.start_timeout = 2s;
  manners = {manner{}};
  manners[0].says = speech::silent;
  run();
  advance(2s);
  BOOST_TEST(process()->over == false);
  advance(2ms);
  BOOST_TEST(node.host.lives[0]->over);
  BOOST_TEST(node.status("fs") == "backing_off");
  advance(1s);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(an_instance_that_answers_no_ping_is_killed_and_replaced) {
  fs.policy.ping = {1s, 500ms, 2};
  manners = {manner{}};
  manners[0].hangs_after = 100ms;
  run_ready();
  advance(2480ms); // Asked after 1 s and 2 s, each for 500 ms; it got ready within the first 10 ms.
  BOOST_TEST(!node.host.lives[0]->over);
  advance(20ms);
  BOOST_TEST(node.host.lives[0]->over);
  BOOST_TEST(node.host.starts("fs") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(a_busy_instance_that_still_speaks_is_not_hung) {
  fs.policy.ping = {1s, 500ms, 2};
  run_ready();
  process()->how.says = speech::silent; // It works, and answers no ping.
  for (int second = 0; second < 20; ++second) {
    advance(1s);
    node.host.say(process(), R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})");
  }
  BOOST_TEST(node.host.starts("fs") == 1u);
}

BOOST_AUTO_TEST_CASE(a_stop_walks_every_rung_in_order_each_for_its_time) {
  manners = {manner{}};
  manners[0].heeds_stdin = manners[0].heeds_term = false;
  manners[0].answers_after.reset();
  run_ready();
  const auto call = node.call("fs");
  const auto begun = std::chrono::duration_cast<milliseconds>(now() - process()->asked).count();
  const auto stop = node.order("fs", server_verb::stop);
  advance(30s);
  const auto at = [&](int ms) { return std::to_string(begun + ms); };
  BOOST_TEST_REQUIRE(process()->heard.size() >= 3u);
  BOOST_TEST(process()->heard[0] == "stdin " + at(5000));
  BOOST_TEST(process()->heard[1] == "term " + at(7000));
  BOOST_TEST(process()->heard[2] == "kill " + at(10000));
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_starts_ends_the_process) {
  manners = {manner{}};
  manners[0].spawn_takes = 1s;
  run();
  const auto stop = node.order("fs", server_verb::stop);
  advance(2s);
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.host.alive() == 0u);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_stop_while_the_install_is_under_way_starts_nothing) {
  node.install_takes = 10s;
  run();
  advance(1s);
  const auto stop = node.order("fs", server_verb::stop);
  BOOST_TEST(stop->answers == 1);
  advance(1min);
  BOOST_TEST(node.host.starts("fs") == 0u);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_restart_order_replaces_the_instance_and_is_answered_when_it_is_ready) {
  run_ready();
  const auto restart = node.order("fs", server_verb::restart);
  advance(1s);
  BOOST_TEST(restart->answers == 1);
  BOOST_TEST(node.host.starts("fs") == 2u);
  BOOST_TEST(node.host.alive("fs") == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_gets_ready_is_parked_and_tried_half_open) {
  manners.assign(6, manner{});
  for (auto& x : manners) x.exits_after = 1ms, x.says = speech::silent;
  run();
  advance(2min);
  BOOST_TEST(node.status("fs") == "crash_loop");
  BOOST_TEST(node.host.starts("fs") == 6u);
  advance(4min);
  BOOST_TEST(node.host.starts("fs") == 7u);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(a_removal_ends_the_process_and_forgets_the_server) {
  run_ready();
  const auto removal = node.order("fs", server_verb::remove);
  advance(10s);
  BOOST_TEST(removal->answers == 1);
  BOOST_TEST(node.host.alive() == 0u);
  BOOST_TEST(node.directory.empty());
}

BOOST_AUTO_TEST_CASE(a_spawn_that_fails_says_why_and_backs_off) {
  manners = {manner{}};
  manners[0].spawn_error = "no such program";
  run();
  advance(10ms);
  BOOST_TEST(node.status("fs") == "backing_off");
  BOOST_TEST(node.seen["fs"].back().reason.find("no such program") != std::string::npos);
  advance(1s);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(a_stop_that_a_start_overtakes_is_answered_too) {
  manners = {manner{}};
  manners[0].end_takes = 1s;
  run_ready();
  const auto stop = node.order("fs", server_verb::stop);
  const auto start = node.order("fs", server_verb::start);
  advance(1min);
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(start->answers == 1);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(a_crashed_server_that_waits_for_its_turn_to_start_is_not_ready) {
  virtual_node full(*this, 1); // One start at a time.
  full.host.choose = [](const std::string& server, std::size_t) {
    manner how;
    if (server == "slow") how.handshake_takes = 5s;
    how.answers_after = 10s;
    return how;
  };
  full.begin({{fs, desired_state::running, {}}});
  advance(10ms);
  full.add(virtual_node::spec("slow"));
  advance(10ms);
  const auto lost = full.call("fs");
  full.host.crash(full.host.last("fs"), {true, 9});
  settle();
  BOOST_TEST(lost->ends == 1);
  BOOST_TEST(full.rows().front().id.value == "fs");
  BOOST_TEST(std::string(to_string(full.rows().front().status)) == "starting");
  const auto call = full.call("fs");
  advance(1s);
  BOOST_TEST(call->ends == 0);
  advance(20s);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed());
}

BOOST_AUTO_TEST_CASE(a_handshake_that_ends_during_a_stop_does_not_hold_it_up) {
  manners = {manner{}};
  manners[0].handshake_takes = 3s;
  manners[0].heeds_stdin = manners[0].heeds_term = false;
  run();
  advance(2s);
  const auto stop = node.order("fs", server_verb::stop);
  advance(5s + 1ms); // Close_stdin for 2 s, SIGTERM for 3 s, then the kill.
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.host.alive() == 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_after_a_restart_that_had_to_install_ends) {
  node.install_error = "no such package";
  run();
  node.install_error.clear();
  node.install_takes = 10s;
  node.order("fs", server_verb::restart);
  advance(1s);
  const auto stop = node.order("fs", server_verb::stop);
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(an_instance_whose_actor_dies_before_it_is_told_is_an_internal_error) {
  manners = {manner{}};
  manners[0].open_throws = "a descriptor\nis no socket";
  run();
  check_internal_error();
}

BOOST_AUTO_TEST_CASE(an_instance_whose_actor_dies_in_its_handshake_is_an_internal_error) {
  manners = {manner{}};
  manners[0].send_throws = "a descriptor\nis no socket";
  run();
  check_internal_error();
}

BOOST_AUTO_TEST_CASE(what_was_answered_while_the_node_was_suspended_counts) {
  const auto call = suspended_in_a_call(); // The answer stands in the pipe, and is read a little
                                           // after the timers.
  BOOST_TEST(call->ends == 0);
  node.host.answer(node.host.last("fs"));
  settle();
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed());
}

BOOST_AUTO_TEST_CASE(what_was_not_answered_while_the_node_was_suspended_fails_soon_after) {
  const auto call = suspended_in_a_call();
  advance(200ms);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(call->failed());
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_while_it_installs_answers_what_waits) {
  node.install_takes = 10s;
  run();
  const auto call = node.call("fs");
  const auto start = node.order("fs", server_verb::start);
  node.end();
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(start->answers == 1);
}

BOOST_AUTO_TEST_SUITE_END()
