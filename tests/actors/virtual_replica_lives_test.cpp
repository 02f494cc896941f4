// Several instances of one server at once: orders, sleep, full lives, groups and dependencies.
#include "replicated_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;

BOOST_FIXTURE_TEST_SUITE(virtual_replica_lives, replicated)

BOOST_AUTO_TEST_CASE(a_stop_ends_all_at_once_and_is_answered_when_the_last_is_gone) {
  how.heeds_stdin = how.heeds_term = false;
  run(3);
  living()[0]->how.heeds_stdin = true;
  const auto stop = node.order("fs", server_verb::stop);
  BOOST_TEST(node.call("fs")->failed());
  advance(1s); // Of one it is over.
  BOOST_TEST(node.host.alive("fs") == 2u);
  BOOST_TEST(stop->answers == 0);
  BOOST_TEST(node.status("fs") == "stopping");
  advance(4s + 10ms); // stdin 2 s, SIGTERM 3 s, the kill: nobody waited for another.
  BOOST_TEST(stop->answers == 1);
  BOOST_TEST(node.host.alive("fs") == 0u);
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(the_trees_own_end_ends_all_at_once_too) {
  how.heeds_stdin = how.heeds_term = false;
  run(4);
  const auto begun = now();
  node.end();
  auto last = begun;
  for (const auto& life : node.host.lives) last = std::max(last, life->ended);
  BOOST_TEST(node.host.alive() == 0u);
  BOOST_TEST((last - begun <= 5s + 10ms));
}

BOOST_AUTO_TEST_CASE(a_removal_and_a_restart_concern_every_one) {
  run(2);
  const auto restart = node.order("fs", server_verb::restart);
  BOOST_TEST(restart->answers == 0);
  advance(20ms);
  BOOST_TEST((restart->answers == 1 && *restart->outcome));
  BOOST_TEST(node.host.starts("fs") == 4u);
  BOOST_TEST(node.host.alive("fs") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
  const auto removal = node.order("fs", server_verb::remove);
  advance(20ms);
  BOOST_TEST(removal->answers == 1);
  BOOST_TEST(node.host.alive() == 0u);
}

BOOST_AUTO_TEST_CASE(lives_end_one_after_the_other_and_calls_never_wait) {
  fs.policy.max_lifetime = 20s;
  how.handshake_takes = 500ms;
  how.heeds_stdin = false;
  begin(3);
  advance(2s);
  BOOST_TEST_REQUIRE(node.status("fs") == "ready");
  std::size_t least = 3;
  std::vector<made_call_ptr> calls;
  for (int step = 0; step < 1'000; ++step) {
    if (step % 10 == 0) calls.push_back(node.call("fs"));
    advance(100ms);
    least = std::min<std::size_t>(least, row().replicas_ready);
    BOOST_TEST(node.host.alive("fs") <= 3u);
  }
  BOOST_TEST(least == 2u);
  BOOST_TEST(node.host.starts("fs") >= 9u);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(node.crashes.empty());
  for (const auto& call : calls) {
    BOOST_TEST(served(call), call->text);
    BOOST_TEST((call->answered - call->at <= 2ms));
  }
}

BOOST_AUTO_TEST_CASE(one_that_is_parked_keeps_no_life_from_its_end) {
  manner broken;
  broken.exits_after = 1ms;
  broken.says = speech::silent;
  fs.policy.max_lifetime = 100s;
  fs.policy.intensity.half_open = 0s;
  for (std::size_t start = 3; start < 8; ++start) of[start] = broken;
  run(2);
  node.host.crash(living()[0]);
  advance(1min);
  BOOST_TEST_REQUIRE((row().replicas[0].status == process_status::crash_loop));
  const auto starts = node.host.starts("fs");
  advance(1min);
  BOOST_TEST(node.host.starts("fs") == starts + 1);
}

BOOST_AUTO_TEST_CASE(once_the_nodes_stop_is_ordered_no_life_ends_by_plan_and_none_begins) {
  fs.policy.max_lifetime = 20s; // 19 s with half of the jitter.
  web.policy.depends_on["fs"] = dependency_condition::ready;
  run(2, {web});
  const auto slow = node.host.last("web");
  slow->how.heeds_stdin = slow->how.heeds_term = false; // Its end takes 5 s.
  advance(18s);
  const auto stopped = node.stop_all();
  advance(4s);
  BOOST_TEST(!*stopped);
  BOOST_TEST(node.host.alive("fs") == 2u);
  BOOST_TEST(node.host.starts("fs") == 2u);
  advance(2s);
  BOOST_TEST(*stopped);
  BOOST_TEST(node.host.starts("fs") == 2u);
  BOOST_TEST(node.host.alive() == 0u);
}

BOOST_AUTO_TEST_CASE(they_fall_asleep_together_and_one_call_wakes_all) {
  fs.policy.idle_stop = 1min;
  run(3);
  advance(1min + 20ms);
  BOOST_TEST(node.status("fs") == "asleep");
  BOOST_TEST(node.host.alive("fs") == 0u);
  const auto call = node.call("fs");
  advance(20ms);
  BOOST_TEST(served(call));
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.host.alive("fs") == 3u);
  BOOST_TEST(row().restarts == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_slept_parked_is_tried_once_at_a_wake_and_anew_by_an_order) {
  manner broken;
  broken.exits_after = 1ms;
  broken.says = speech::silent;
  fs.policy.idle_stop = 1min;
  fs.policy.intensity.half_open = 24h;
  run(2);
  for (std::size_t start = 3; start < 40; ++start) of[start] = broken;
  node.host.crash(living()[0]);
  advance(30s);
  BOOST_TEST_REQUIRE((row().replicas[0].status == process_status::crash_loop));
  for (int wake = 0; wake < 3; ++wake) {
    advance(1min + 20ms); // It keeps nobody awake.
    BOOST_TEST_REQUIRE(node.status("fs") == "asleep");
    const auto starts = node.host.starts("fs");
    of.erase(starts + 2); // The places start in their order.
    const auto call = node.call("fs");
    advance(30s);
    BOOST_TEST(served(call), call->text);
    BOOST_TEST(node.host.starts("fs") == starts + 2);
    BOOST_TEST((row().replicas[0].status == process_status::crash_loop));
  }
  advance(1min);
  BOOST_TEST_REQUIRE(node.status("fs") == "asleep");
  const auto starts = node.host.starts("fs");
  of.erase(starts + 2);
  node.order("fs", server_verb::start);
  advance(30s);
  BOOST_TEST(node.host.starts("fs") == starts + 1 + 6); // As often as one that is new.
  BOOST_TEST(node.status("fs") == "degraded");
}

BOOST_AUTO_TEST_CASE(a_crash_keeps_nobody_awake_and_no_start_is_slept_through) {
  fs.policy.idle_stop = 1min;
  run(2);
  of[3].handshake_takes = 30s;
  advance(45s);
  node.host.crash(living()[0]);
  advance(20s); // Idle for over a minute, but one is on its way.
  BOOST_TEST(node.status("fs") == "degraded");
  advance(10s + 20ms);
  BOOST_TEST(node.status("fs") == "asleep");
}

BOOST_AUTO_TEST_CASE(a_group_restarts_once_none_serves_and_not_before) {
  web.policy.depends_on["fs"] = dependency_condition::ready;
  node.groups = {{"g", {"fs", "web"}, strategy::rest_for_one}};
  run(2, {web});
  node.host.crash(living()[0]);
  advance(20ms);
  BOOST_TEST(node.host.starts("web") == 1u);
  for (const auto& life : living()) node.host.crash(life);
  advance(1s);
  BOOST_TEST(node.host.starts("web") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.status("web") == "ready");
}

BOOST_AUTO_TEST_CASE(a_groups_restart_cycles_every_replica_and_waits_for_all_of_them) {
  node.groups = {{"g", {"fs", "web"}, strategy::one_for_all}};
  run(2, {web});
  living()[0]->how.heeds_stdin = false; // Its end takes 2 s.
  node.host.crash(node.host.last("web"));
  advance(1s);
  BOOST_TEST(node.host.starts("web") == 1u);
  BOOST_TEST(node.host.starts("fs") == 2u);
  advance(1s + 20ms);
  BOOST_TEST(node.host.starts("fs") == 4u);
  BOOST_TEST(node.host.alive("fs") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.status("web") == "ready");
}

BOOST_AUTO_TEST_CASE(one_ready_replica_is_enough_for_who_depends_on_it) {
  web.policy.depends_on["fs"] = dependency_condition::ready;
  for (const std::size_t start : {2, 3}) {
    of[start].handshake_takes = 30s;
  }
  begin(3, {web});
  advance(20ms);
  BOOST_TEST(node.status("fs") == "degraded");
  BOOST_TEST(node.status("web") == "ready");
}

BOOST_AUTO_TEST_CASE(who_needs_it_started_waits_for_no_other_replica_that_crashes) {
  web.policy.depends_on["fs"] = dependency_condition::started;
  of[1].handshake_takes = 30s;
  of[2].exits_after = 1ms;
  of[2].says = speech::silent;
  of[3] = of[1];
  begin(2, {web});
  advance(1s);
  BOOST_TEST(node.status("fs") == "starting");
  BOOST_TEST(node.status("web") == "ready");
  node.order("web", server_verb::restart);
  advance(1s);
  BOOST_TEST(node.status("web") == "ready");
}

BOOST_AUTO_TEST_CASE(a_transient_server_is_completed_when_its_last_replica_is) {
  fs.policy.restart = restart_type::transient;
  run(2);
  node.host.crash(living()[0], {false, 0});
  advance(1s);
  BOOST_TEST(node.status("fs") == "degraded");
  const auto call = node.call("fs");
  advance(5ms);
  BOOST_TEST(served(call));
  node.host.crash(living()[0], {false, 0});
  advance(1s);
  BOOST_TEST(node.status("fs") == "completed");
  BOOST_TEST(node.host.starts("fs") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
