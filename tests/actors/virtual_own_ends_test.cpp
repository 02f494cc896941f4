// Callers' own instances when things go wrong, and when their server ends.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(virtual_own_ends, asking_fixture)

BOOST_AUTO_TEST_CASE(a_crash_fails_the_calls_of_its_owner_once_and_touches_nobody_else) {
  run();
  const auto mine = written(session("a"));
  const auto other = written(session("b"));
  const auto everybodys = written(nullptr);
  node.host.crash(life(2), {true, 11});
  advance(1s);
  BOOST_TEST(ended_with(mine, "server_gone"), mine->text);
  BOOST_TEST(mine->text.find("SIGSEGV") != std::string::npos, mine->text);
  BOOST_TEST((other->ends == 0 && everybodys->ends == 0));
  BOOST_TEST((!life(1)->over && !life(3)->over));
  BOOST_TEST_REQUIRE(starts() == 4u); // Started again, by the brakes' rules.
  BOOST_TEST(heard(life(4), R"("capabilities":{"elicitation":{}},)") == 1u);
  BOOST_TEST(row().restarts == 1u);
  BOOST_TEST(node.crashes.size() == 1u);
  BOOST_TEST(node.status("fs") == "ready");
  const auto again = written(session("a"));
  BOOST_TEST(life(4)->calls.size() == 1u);
  BOOST_TEST(starts() == 4u);
}

BOOST_AUTO_TEST_CASE(calls_wait_while_it_backs_off) {
  run();
  written(session("a"));
  node.host.crash(life(2));
  advance(1ms);
  const auto waits = call(session("a"));
  BOOST_TEST(waits->ends == 0);
  const auto served = written(nullptr);
  BOOST_TEST(life(1)->calls.size() == 1u);
  advance(1s);
  BOOST_TEST_REQUIRE(starts() == 3u);
  finish(life(3));
  BOOST_TEST(succeeded(waits));
}

BOOST_AUTO_TEST_CASE(a_parked_one_refuses_its_sessions_calls_alone_and_is_forgotten_with_it) {
  fs.policy.intensity.half_open = 0ms;
  auto broken = how;
  broken.exits_after = 1ms;
  for (std::size_t number = 2; number < 30; ++number) start[number] = broken;
  run();
  const auto waited = call(session("a"));
  advance(2min);
  BOOST_TEST(ended_with(waited, "server_not_ready"), waited->text);
  const auto before = starts();
  BOOST_TEST(before > 2u);
  const auto refused = call(session("a"));
  BOOST_TEST(ended_with(refused, "server_not_ready"), refused->text);
  BOOST_TEST(refused->text.find("exit") != std::string::npos, refused->text);
  BOOST_TEST(starts() == before);
  BOOST_TEST(node.status("fs") == "ready");
  const auto served = written(nullptr);
  BOOST_TEST(life(1)->calls.size() == 1u);
  start.clear();
  const auto other = written(session("b"));
  finish(node.host.last("fs"));
  BOOST_TEST(succeeded(other));
  BOOST_TEST(row().own_instances == 2u);
  session_over("a");
  advance(100ms);
  BOOST_TEST(row().own_instances == 1u);
  written(session("a"));
  finish(node.host.last("fs"));
  BOOST_TEST(row().own_instances == 2u);
}

BOOST_AUTO_TEST_CASE(of_a_server_that_is_parked_nobody_begins_one_and_who_has_one_keeps_it) {
  fs.policy.intensity.half_open = 0ms;
  run();
  written(session("a"));
  how.exits_after = 1ms;
  node.host.crash(life(1));
  advance(2min);
  BOOST_TEST(node.status("fs") == "crash_loop");
  const auto before = starts();
  const auto made = written(session("b"));
  BOOST_TEST(ended_with(made, "server_not_ready"), made->text);
  BOOST_TEST(starts() == before);
  written(session("a"));
  BOOST_TEST(heard(life(2), "tools/call") == 2u);
}

BOOST_AUTO_TEST_CASE(one_that_ends_for_good_refuses_and_is_forgotten_with_its_session) {
  fs.policy.restart = restart_type::transient;
  run();
  const auto made = written(session("a"));
  node.host.crash(life(2), {false, 0});
  advance(1s);
  BOOST_TEST(made->ends == 1);
  BOOST_TEST(call(session("a"))->ends == 1);
  BOOST_TEST(starts() == 2u);
  session_over("a");
  advance(1s);
  BOOST_TEST(row().own_instances == 0u);
  written(session("b"));
  BOOST_TEST(starts() == 3u);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_them_and_is_told_once_none_lives) {
  start[2] = how;
  start[2].end_takes = 800ms;
  run();
  written(session("a"));
  finish(life(2));
  const auto stop = node.order("fs", server_verb::stop);
  advance(400ms);
  BOOST_TEST((life(1)->over && !life(2)->over));
  BOOST_TEST(node.status("fs") == "stopping");
  BOOST_TEST(stop->answers == 0);
  advance(1s);
  BOOST_TEST(node.status("fs") == "stopped");
  BOOST_TEST((stop->answers == 1 && *stop->outcome));
  BOOST_TEST(alive() == 0u);
  BOOST_TEST(row().own_instances == 0u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_them_where_the_shared_one_is_done) {
  fs.policy.restart = restart_type::transient;
  start[2] = how;
  start[2].end_takes = 800ms;
  run();
  written(session("a"));
  finish(life(2));
  node.host.crash(life(1), {false, 0});
  advance(1s);
  BOOST_TEST(node.status("fs") == "completed");
  const auto stop = node.order("fs", server_verb::stop);
  advance(400ms);
  BOOST_TEST(stop->answers == 0);
  BOOST_TEST(alive() == 1u);
  advance(1s);
  BOOST_TEST((stop->answers == 1 && *stop->outcome));
  BOOST_TEST(node.status("fs") == "stopped");
  BOOST_TEST(alive() == 0u);
}

BOOST_AUTO_TEST_CASE(a_stopped_server_starts_none_for_anybody) {
  run();
  written(session("a"));
  finish(life(2));
  node.order("fs", server_verb::stop);
  advance(1s);
  const auto known = written(session("a"));
  const auto fresh = written(session("b"));
  const auto apart = written(modern());
  for (const auto& made : {known, fresh, apart})
    BOOST_TEST(ended_with(made, "server_not_ready"), made->text);
  BOOST_TEST(alive() == 0u);
  BOOST_TEST(node.status("fs") == "stopped");
  node.order("fs", server_verb::start);
  advance(1s);
  written(session("a"));
  BOOST_TEST(alive() == 2u);
  BOOST_TEST(node.host.last("fs")->calls.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_comes_while_its_server_stops_starts_none) {
  how.end_takes = 500ms;
  run();
  written(session("a"));
  finish(life(2));
  const auto stop = node.order("fs", server_verb::stop);
  advance(100ms);
  const auto late = call(session("a"));
  advance(5s);
  BOOST_TEST(ended_with(late, "server_not_ready"), late->text);
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(a_restart_ends_them_and_the_next_call_begins_another) {
  run();
  written(session("a"));
  finish(life(2));
  const auto restart = node.order("fs", server_verb::restart);
  advance(1s);
  BOOST_TEST((restart->answers == 1 && *restart->outcome));
  BOOST_TEST((life(1)->over && life(2)->over));
  BOOST_TEST(starts() == 3u);
  BOOST_TEST(row().own_instances == 0u);
  const auto made = written(session("a"));
  BOOST_TEST_REQUIRE(starts() == 4u);
  finish(life(4));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_one_when_its_server_restarts_is_served_by_the_next) {
  start[2] = how;
  start[2].handshake_takes = 5s;
  run();
  const auto made = call(session("a"));
  advance(100ms);
  node.order("fs", server_verb::restart);
  advance(3s);
  BOOST_TEST_REQUIRE(starts() == 4u);
  BOOST_TEST(alive() == 2u);
  finish(life(life(4)->calls.empty() ? 3 : 4)); // Which of the two began first is all the same.
  BOOST_TEST(succeeded(made), made->text);
  BOOST_TEST(row().own_instances == 1u);
}

BOOST_AUTO_TEST_CASE(a_removed_server_takes_them_with_it) {
  run();
  const auto made = written(session("a"));
  const auto remove = node.order("fs", server_verb::remove);
  advance(20s);
  BOOST_TEST((remove->answers == 1 && *remove->outcome));
  BOOST_TEST(alive() == 0u);
  BOOST_TEST(made->ends == 1);
  BOOST_TEST(node.rows().empty());
}

BOOST_AUTO_TEST_CASE(the_nodes_stop_leaves_none) {
  run();
  for (int i = 0; i < 5; ++i) written(session("s" + std::to_string(i)));
  BOOST_TEST(alive() == 6u);
  const auto stopped = node.stop_all();
  advance(30s);
  BOOST_TEST(*stopped);
  BOOST_TEST(alive() == 0u);
  for (const auto& made : node.calls) BOOST_TEST(made->ends == 1);
}

BOOST_AUTO_TEST_CASE(the_shared_one_sleeps_and_a_sessions_own_serves_on) {
  fs.policy.idle_stop = 5min;
  run();
  written(session("a"));
  finish(life(2));
  advance(6min);
  BOOST_TEST(node.status("fs") == "asleep");
  BOOST_TEST(!life(2)->over);
  const auto made = written(session("a"));
  BOOST_TEST(life(2)->calls.size() == 1u);
  finish(life(2));
  BOOST_TEST(succeeded(made));
  session_over("a");
  advance(1s);
  BOOST_TEST(alive() == 0u);
  BOOST_TEST(starts() == 2u);
}

BOOST_AUTO_TEST_CASE(the_shared_ones_crash_leaves_them_alone) {
  run();
  const auto mine = written(session("a"));
  node.host.crash(life(1));
  advance(1s);
  BOOST_TEST(mine->ends == 0);
  BOOST_TEST(starts() == 3u);
  finish(life(2));
  BOOST_TEST(succeeded(mine));
}

BOOST_AUTO_TEST_SUITE_END()
