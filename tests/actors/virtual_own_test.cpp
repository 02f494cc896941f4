// Instances of a legacy server that are one caller's own: who gets one, and when it ends.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(virtual_own, asking_fixture)

BOOST_AUTO_TEST_CASE(a_session_that_can_be_asked_has_an_instance_and_all_others_share_one) {
  run();
  const auto a = written(session("a"));
  const auto b = written(session("b", {}));
  const auto c = written(nullptr);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(life(1)->calls.size() == 2u);
  BOOST_TEST(life(2)->calls.size() == 1u);
  BOOST_TEST(heard(life(1), R"("method":"initialize")") == 1u);
  BOOST_TEST(heard(life(1), R"("capabilities":{},)") == 1u);
  BOOST_TEST(heard(life(2), R"("capabilities":{"elicitation":{}},)") == 1u);
  written(session("a"));
  BOOST_TEST(life(2)->calls.size() == 2u);
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(row().own_instances == 1u);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(row().pid == life(1)->pid); // The one that is shown is everybody's.
  finish(life(2));
  BOOST_TEST(succeeded(a));
  BOOST_TEST((b->ends == 0 && c->ends == 0));
}

BOOST_AUTO_TEST_CASE(each_session_has_another_and_is_told_as_it_declared) {
  run();
  client_capabilities all{true, true, true, true, true, true};
  written(session("a", all));
  client_capabilities roots;
  roots.roots = true;
  written(session("b", roots));
  BOOST_TEST_REQUIRE(starts() == 3u);
  BOOST_TEST(heard(life(2), R"("elicitation":{"form":{},"url":{}})") == 1u);
  BOOST_TEST(heard(life(3), R"("capabilities":{"roots":{}},)") == 1u);
  BOOST_TEST(life(2)->plan.stderr_log != life(3)->plan.stderr_log);
}

BOOST_AUTO_TEST_CASE(the_mode_says_who_shares) {
  fs.policy.sessions = session_mode::shared;
  run();
  written(session("a"));
  written(modern());
  BOOST_TEST(starts() == 1u);
}

BOOST_AUTO_TEST_CASE(per_session_holds_for_those_that_declare_nothing_too) {
  fs.policy.sessions = session_mode::per_session;
  run();
  written(session("a", {}));
  written(session("b", {}));
  BOOST_TEST(starts() == 3u);
  finish(life(3));
  session_over("b");
  advance(100ms);
  BOOST_TEST(alive() == 2u);
}

BOOST_AUTO_TEST_CASE(per_principal_is_one_for_all_sessions_and_calls_of_a_principal) {
  fs.policy.sessions = session_mode::per_principal;
  run();
  written(session("a", {}));
  written(session("b"));
  written(modern());
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(life(2)->calls.size() == 3u);
  written(modern("token"));
  BOOST_TEST(starts() == 3u);
  session_over("a");
  advance(100ms);
  BOOST_TEST(alive() == 3u);
}

BOOST_AUTO_TEST_CASE(nobodys_call_shares_what_the_mode_makes_a_principals_own) {
  fs.policy.sessions = session_mode::per_principal;
  run();
  const auto call = node.call_of("fs", nullptr, "tools/call", era::modern);
  advance(20ms);
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(life(1)->calls.empty());
}

BOOST_AUTO_TEST_CASE(what_a_modern_client_reads_is_everybodys_and_a_sessions_list_is_its_own) {
  run();
  node.call_of("fs", modern(), "tools/list", era::modern);
  node.call_of("fs", modern(), "completion/complete", era::modern);
  advance(20ms);
  BOOST_TEST(starts() == 1u);
  node.call_of("fs", modern(), "prompts/get", era::modern);
  advance(20ms);
  BOOST_TEST(starts() == 2u);
  node.call_of("fs", session("a"), "tools/list");
  advance(20ms);
  BOOST_TEST(starts() == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_answered_here_starts_none) {
  run();
  const auto found = node.call_of("fs", modern(), "server/discover", era::modern);
  const auto pinged = node.call_of("fs", session("a"), "ping");
  advance(20ms);
  BOOST_TEST(ended_with(found, "supportedVersions"), found->text);
  BOOST_TEST(pinged->ends == 1);
  BOOST_TEST(starts() == 1u);
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_session_and_the_next_one_has_its_place) {
  run();
  written(session("a"));
  const auto other = written(session("b"));
  finish(life(2));
  session_over("nobody");
  advance(100ms);
  BOOST_TEST(alive() == 3u);
  session_over("a");
  advance(100ms);
  BOOST_TEST(life(2)->over);
  BOOST_TEST(alive() == 2u);
  BOOST_TEST(row().own_instances == 1u);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(node.crashes.empty());
  BOOST_TEST(node.status("fs") == "ready");
  const auto next = written(session("c"));
  BOOST_TEST_REQUIRE(starts() == 4u);
  BOOST_TEST(life(4)->plan.stderr_log == life(2)->plan.stderr_log);
  BOOST_TEST(life(4)->calls.size() == 1u);
  finish(life(4));
  finish(life(3));
  BOOST_TEST((succeeded(next) && succeeded(other)));
  BOOST_TEST(row().own_instances == 2u);
}

BOOST_AUTO_TEST_CASE(a_place_is_used_many_times_and_nothing_of_the_former_is_left) {
  run();
  for (int i = 0; i < 100; ++i) {
    const auto id = "s" + std::to_string(i);
    const auto made = written(session(id));
    finish(node.host.last("fs"));
    BOOST_TEST_REQUIRE(succeeded(made));
    session_over(id);
    advance(30s); // Pings of the former come due.
    BOOST_TEST_REQUIRE(row().own_instances == 0u);
  }
  BOOST_TEST(alive() == 1u);
  BOOST_TEST(starts() == 101u);
  BOOST_TEST(life(101)->plan.stderr_log == life(2)->plan.stderr_log);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(row().in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(its_calls_in_flight_are_answered_before_it_ends) {
  run();
  const auto made = written(session("a"));
  session_over("a");
  advance(1s);
  BOOST_TEST(!life(2)->over);
  finish(life(2));
  advance(10ms);
  BOOST_TEST(succeeded(made));
  BOOST_TEST(life(2)->over);
  BOOST_TEST(starts() == 2u);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_when_its_session_ends_brings_up_no_other) {
  start[2] = how;
  start[2].handshake_takes = 10s;
  run();
  const auto made = call(session("a"));
  const auto other = call(session("b", {}));
  advance(1s);
  session_over("a");
  BOOST_TEST(ended_with(made, "its session is over"), made->text);
  advance(20s);
  BOOST_TEST(other->ends == 0);
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(alive() == 1u);
  BOOST_TEST(row().own_instances == 0u);
}

BOOST_AUTO_TEST_CASE(calls_wait_for_their_own_while_those_of_others_are_served) {
  start[2] = how;
  start[2].handshake_takes = 500ms;
  run();
  const auto mine = call(session("a"));
  const auto mine_too = call(session("a"));
  written(nullptr);
  BOOST_TEST(life(1)->calls.size() == 1u);
  BOOST_TEST(starts() == 2u);
  BOOST_TEST(life(2)->calls.empty());
  BOOST_TEST(row().waiting == 2u);
  advance(600ms);
  BOOST_TEST(life(2)->calls.size() == 2u);
  BOOST_TEST(row().waiting == 0u);
  BOOST_TEST(starts() == 2u);
}

BOOST_AUTO_TEST_CASE(calls_that_came_before_the_server_was_ready_go_to_their_own) {
  how.handshake_takes = 500ms;
  node.host.choose = [this](const std::string&, std::size_t) { return how; };
  node.begin({{fs, desired_state::running, {}}});
  const auto mine = call(session("a"));
  const auto others = call(nullptr);
  advance(2s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(life(1)->calls.size() == 1u);
  BOOST_TEST(life(2)->calls.size() == 1u);
}

BOOST_AUTO_TEST_CASE(two_calls_at_once_of_a_modern_client_get_an_instance_each) {
  run();
  const auto one = call(modern());
  const auto two = call(modern());
  advance(100ms);
  BOOST_TEST_REQUIRE(starts() == 3u);
  BOOST_TEST((life(2)->calls.size() == 1u && life(3)->calls.size() == 1u));
  BOOST_TEST(heard(life(2), R"("sampling":{"context":{},"tools":{}})") == 1u);
  finish(life(2));
  finish(life(3));
  BOOST_TEST((succeeded(one) && succeeded(two)));
  written(modern()); // One that is free serves again.
  BOOST_TEST(starts() == 3u);
}

BOOST_AUTO_TEST_CASE(a_principal_has_eight_at_most_and_then_the_least_busy_is_shared) {
  run();
  for (int i = 0; i < 10; ++i) call(modern());
  advance(1s);
  BOOST_TEST_REQUIRE(starts() == 9u);
  std::size_t calls = 0;
  for (std::size_t at = 2; at <= 9; ++at) {
    BOOST_TEST(life(at)->calls.size() <= 2u);
    calls += life(at)->calls.size();
  }
  BOOST_TEST(calls == 10u);
  call(modern("token"));
  advance(100ms);
  BOOST_TEST(starts() == 10u);
}

BOOST_AUTO_TEST_CASE(one_that_nobody_has_used_for_half_an_hour_ends) {
  run();
  written(modern());
  finish(life(2));
  advance(20min);
  written(modern());
  finish(life(2));
  advance(29min);
  BOOST_TEST(alive() == 2u);
  advance(2min);
  BOOST_TEST(alive() == 1u);
  BOOST_TEST(row().own_instances == 0u);
  BOOST_TEST(row().restarts == 0u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(one_whose_call_is_in_flight_is_used) {
  fs.policy.call_timeout = fs.policy.call_timeout_max = 2h;
  run();
  const auto made = written(session("a"));
  advance(31min);
  BOOST_TEST(alive() == 2u);
  finish(life(2));
  BOOST_TEST(succeeded(made));
  advance(31min);
  BOOST_TEST(alive() == 1u);
}

BOOST_AUTO_TEST_CASE(there_are_sixty_four_and_the_next_caller_is_refused_by_name) {
  fs.policy.queue.max = 1'000;
  run();
  for (int i = 0; i < 64; ++i) written(session("s" + std::to_string(i)));
  BOOST_TEST_REQUIRE(row().own_instances == 64u);
  const auto made = written(session("one too many"));
  BOOST_TEST(ended_with(made, "64 callers have instances of their own"), made->text);
  BOOST_TEST(ended_with(made, "queue_full"), made->text);
  BOOST_TEST(made->text.find("session_mode") != std::string::npos);
  BOOST_TEST(starts() == 65u);
  const auto others = written(nullptr);
  BOOST_TEST(life(1)->calls.size() == 1u);
  finish(life(2));
  session_over("s0");
  advance(100ms);
  written(session("one too many"));
  BOOST_TEST(starts() == 66u);
}

BOOST_AUTO_TEST_SUITE_END()
