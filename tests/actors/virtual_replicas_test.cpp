// Several instances of one server at once: who is called, and what a crash costs.
#include "replicated_fixture.hpp"

#include <set>

using namespace toolscore;
using namespace toolscore::test;

BOOST_FIXTURE_TEST_SUITE(virtual_replicas, replicated)

BOOST_AUTO_TEST_CASE(as_many_run_as_are_asked_each_with_a_number_and_a_pid_of_its_own) {
  run(3);
  const auto shown = row();
  BOOST_TEST(shown.replicas_asked == 3u);
  BOOST_TEST(shown.replicas_ready == 3u);
  BOOST_TEST(shown.restarts == 0u);
  BOOST_TEST_REQUIRE(shown.replicas.size() == 3u);
  for (std::size_t at = 0; at < 3; ++at) {
    BOOST_TEST(shown.replicas[at].instance == at + 1);
    BOOST_TEST(shown.replicas[at].pid == node.host.lives[at]->pid);
    BOOST_TEST((shown.replicas[at].status == process_status::ready));
  }
  BOOST_TEST(shown.pid == shown.replicas[0].pid);
  BOOST_TEST(node.host.lives[0]->plan.stderr_log == "/virtual/logs/fs.log");
  BOOST_TEST(node.host.lives[2]->plan.stderr_log == "/virtual/logs/fs.3.log");
}

BOOST_AUTO_TEST_CASE(a_server_of_one_replica_is_shown_as_ever) {
  run(1);
  BOOST_TEST(row().replicas.empty());
  BOOST_TEST(row().pid == node.host.last("fs")->pid);
}

BOOST_AUTO_TEST_CASE(calls_in_flight_are_spread_evenly_whether_they_come_alone_or_together) {
  how.answers_after = 1min;
  run(3);
  for (int at = 0; at < 3; ++at) node.call("fs");
  node.calls_together("fs", 6);
  settle();
  for (const auto& life : living()) BOOST_TEST(calls_to(life) == 3u);
  for (const auto& one : row().replicas) BOOST_TEST(one.in_flight == 3u);
  BOOST_TEST(row().in_flight == 9u);
}

BOOST_AUTO_TEST_CASE(the_least_loaded_is_written_the_next_call) {
  how.answers_after.reset();
  run(3);
  node.calls_together("fs", 9);
  settle();
  const auto free = living()[1];
  for (int at = 0; at < 3; ++at) node.host.answer(free);
  settle();
  node.calls_together("fs", 3);
  settle();
  BOOST_TEST(calls_to(free) == 6u);
  BOOST_TEST(calls_to(living()[0]) == 3u);
}

BOOST_AUTO_TEST_CASE(a_lone_callers_calls_go_round) {
  run(3);
  for (int at = 0; at < 9; ++at) {
    const auto call = node.call("fs");
    advance(5ms);
    BOOST_TEST(served(call));
  }
  for (const auto& life : living()) BOOST_TEST(calls_to(life) == 3u);
}

BOOST_AUTO_TEST_CASE(one_that_crashes_loses_its_own_calls_alone_and_the_others_serve) {
  how.answers_after = 1s;
  run(2);
  const auto lost = node.call("fs");
  const auto kept = node.call("fs");
  settle();
  of[3] = how;
  of[3].handshake_takes = 2s;
  const auto victim = living()[0];
  node.host.crash(victim, {true, 9});
  settle();
  BOOST_TEST(lost->ends == 1);
  BOOST_TEST(says(lost, R"("signal":9)"), lost->text);
  BOOST_TEST(says(lost, R"("state":"degraded")"), lost->text);
  BOOST_TEST(says(lost, R"("retry_in_ms":0)"), lost->text);
  BOOST_TEST(kept->ends == 0);
  BOOST_TEST((row().status == process_status::degraded));
  BOOST_TEST(row().reason == "1 of 2 replicas are ready; #1: killed by signal 9 (SIGKILL)");
  std::vector<made_call_ptr> meanwhile;
  for (int at = 0; at < 4; ++at) meanwhile.push_back(node.call("fs"));
  advance(1s + 5ms);
  BOOST_TEST(served(kept));
  for (const auto& call : meanwhile) BOOST_TEST(served(call), call->text); // At once.
  BOOST_TEST(node.status("fs") == "degraded");
  advance(2s);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.seen["fs"].back().instance == "3");
  BOOST_TEST(row().restarts == 1u);
  BOOST_TEST(lost->ends == 1);
  BOOST_TEST_REQUIRE(node.crashes.size() == 1u);
  BOOST_TEST(node.crashes[0].fields.at("instance") == "1");
  BOOST_TEST(node.crashes[0].fields.at("in_flight") == "1");
  // Its own place has the successor.
  BOOST_TEST(row().replicas[0].instance == 3u);
  BOOST_TEST(row().replicas[1].instance == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_dead_one_never_saw_is_written_to_another_at_once) {
  of[3].handshake_takes = 1min;
  of[3].says = speech::silent;
  run(2);
  const auto victim = living()[0];
  const auto calls = node.calls_together("fs", 2); // Each of the two is written one.
  victim->begun = 0;
  node.host.crash(victim);
  advance(10ms);
  for (const auto& call : calls) BOOST_TEST(call->ends == 1);
  BOOST_TEST(std::count_if(calls.begin(), calls.end(),
                           [this](const auto& call) { return served(call); }) == 2);
}

BOOST_AUTO_TEST_CASE(when_all_crash_calls_wait_for_the_first_that_is_back) {
  run(3);
  of[4].handshake_takes = 5s;
  of[5].handshake_takes = 1s;
  of[6].handshake_takes = 5s;
  for (const auto& life : living()) node.host.crash(life);
  settle();
  BOOST_TEST((row().status == process_status::starting));
  const auto call = node.call("fs");
  advance(900ms);
  BOOST_TEST(call->ends == 0);
  advance(200ms);
  BOOST_TEST(served(call));
  BOOST_TEST(node.status("fs") == "degraded");
  advance(5s);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.host.alive("fs") == 3u);
}

BOOST_AUTO_TEST_CASE(one_that_keeps_crashing_is_parked_alone_and_brakes_no_other) {
  manner broken;
  broken.exits_after = 1ms;
  broken.says = speech::silent;
  run(2);
  for (std::size_t start = 3; start < 9; ++start) of[start] = broken;
  node.host.crash(living()[0]);
  advance(1min);
  BOOST_TEST((row().status == process_status::degraded));
  BOOST_TEST((row().replicas[0].status == process_status::crash_loop));
  BOOST_TEST((row().replicas[1].status == process_status::ready));
  const auto starts = node.host.starts("fs");
  of.clear();
  node.host.crash(living()[0]); // The other's first: it is back at once.
  advance(5ms);
  BOOST_TEST(node.host.starts("fs") == starts + 1);
  BOOST_TEST((row().status == process_status::degraded));
  BOOST_TEST(served([&] {
    const auto call = node.call("fs");
    advance(5ms);
    return call;
  }()));
  const auto started = node.order("fs", server_verb::start); // Unparks.
  advance(10ms);
  BOOST_TEST((started->answers == 1 && *started->outcome));
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(an_order_to_start_is_answered_though_one_of_them_will_not) {
  manner broken;
  broken.exits_after = 1ms;
  broken.says = speech::silent;
  for (std::size_t start = 3; start < 20; ++start) of[start] = broken;
  run(2);
  node.order("fs", server_verb::stop);
  advance(1s);
  of.erase(3);
  const auto started = node.order("fs", server_verb::start);
  advance(1s);
  BOOST_TEST((started->answers == 1 && *started->outcome));
  BOOST_TEST(node.status("fs") == "degraded");
}

BOOST_AUTO_TEST_CASE(one_that_hangs_is_replaced_alone) {
  fs.policy.ping = {1s, 500ms, 2};
  of[1].hangs_after = 100ms;
  run(2);
  const auto other = living()[1];
  advance(2s + 600ms);
  BOOST_TEST(node.host.lives[0]->over);
  BOOST_TEST(other->runs);
  BOOST_TEST(node.host.starts("fs") == 3u);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(each_has_a_port_of_its_own) {
  fs.policy.link = link_kind::none;
  fs.policy.ready = ready_policy{ready_kind::tcp, {}, {}};
  fs.policy.port = port_auto;
  how.listens_after = 0ms;
  run(3);
  std::set<std::uint16_t> ports;
  for (const auto& one : row().replicas) ports.insert(one.port);
  BOOST_TEST(ports.size() == 3u);
  BOOST_TEST(ports.count(0) == 0u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_frees_its_own_replica) {
  how.answers_after.reset();
  run(2);
  const auto first = node.call("fs");
  node.call("fs");
  node.cancel(first);
  settle();
  BOOST_TEST(row().replicas[0].in_flight == 0u);
  BOOST_TEST(row().replicas[1].in_flight == 1u);
  node.call("fs");
  settle();
  BOOST_TEST(calls_to(living()[0]) == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
