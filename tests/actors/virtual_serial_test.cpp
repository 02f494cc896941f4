// A legacy server that everybody shares and that may ask all the same: it is given one call at a
// time.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

const std::string accept = R"({"action":"accept","content":{"ok":true}})";

struct serial : asking_fixture {
  serial() { fs.policy.sessions = session_mode::serial; }
  std::size_t calls_at(std::size_t number) { return life(number)->calls.size(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_serial, serial)

BOOST_AUTO_TEST_CASE(one_call_at_a_time_reaches_it_whoever_calls) {
  run();
  const auto one = written(session("a"));
  const auto two = written(session("b"));
  const auto three = written(modern());
  BOOST_TEST(starts() == 1u);
  BOOST_TEST(calls_at(1) == 1u);
  BOOST_TEST(row().waiting == 2u);
  finish(life(1));
  BOOST_TEST((succeeded(one) && two->ends == 0 && three->ends == 0));
  advance(1ms);
  BOOST_TEST(calls_at(1) == 1u);
  finish(life(1));
  BOOST_TEST((succeeded(two) && three->ends == 0));
  advance(1ms);
  finish(life(1));
  BOOST_TEST(succeeded(three), three->text);
  BOOST_TEST(row().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(each_is_asked_in_its_own_call_and_no_other) {
  run();
  BOOST_TEST(heard(life(1), R"("sampling":{"context":{},"tools":{}})") == 1u);
  BOOST_TEST(heard(life(1), R"("roots":{})") == 1u); // Nobody tells it of changes.
  const auto one = written(session("a"));
  const auto two = written(modern());
  asks(life(1), "1");
  BOOST_TEST_REQUIRE(one->questions.size() == 1u);
  BOOST_TEST(two->questions.empty());
  node.answer(one, 0, accept);
  finish(life(1));
  advance(1ms);
  asks(life(1), "2");
  BOOST_TEST(one->questions.size() == 1u);
  BOOST_TEST_REQUIRE(two->questions.size() == 1u);
  node.answer(two, 0, accept);
  finish(life(1));
  BOOST_TEST((succeeded(one) && succeeded(two)));
}

BOOST_AUTO_TEST_CASE(in_what_it_may_not_ask_nobody_waits) {
  run();
  written(session("a"));
  for (const char* method : {"tools/list", "completion/complete", "prompts/list"})
    node.call_of("fs", session("b"), method);
  advance(1ms);
  BOOST_TEST(heard(life(1), "completion/complete") == 1u);
  BOOST_TEST(row().waiting == 0u);
  node.call_of("fs", session("b"), "prompts/get");
  node.call_of("fs", session("b"), "resources/read");
  advance(1ms);
  BOOST_TEST(heard(life(1), "prompts/get") == 0u);
  BOOST_TEST(row().waiting == 2u);
}

BOOST_AUTO_TEST_CASE(sessions_take_turns) {
  run();
  std::vector<made_call_ptr> greedy;
  for (int i = 0; i < 20; ++i) greedy.push_back(written(session("a")));
  const auto polite = written(session("b"));
  for (int i = 0; i < 3; ++i) {
    finish(life(1));
    advance(1ms);
  }
  BOOST_TEST(succeeded(polite));
  std::size_t done = 0;
  for (const auto& one : greedy) done += one->ends == 1;
  BOOST_TEST(done == 2u);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_in_any_way_gives_the_turn_on) {
  fs.policy.queue.wait = 10min;
  run();
  const auto cancelled = written(session("a"));
  const auto slow = written(session("b"));
  const auto crashed = written(session("c"));
  const auto last = written(session("d"));
  node.cancel(cancelled);
  BOOST_TEST(ended_with(cancelled, "cancelled"), cancelled->text);
  advance(1ms);
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 2u);
  advance(61s);
  BOOST_TEST(ended_with(slow, "call_timed_out"), slow->text);
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 3u);
  node.host.crash(life(1));
  advance(1s);
  BOOST_TEST(ended_with(crashed, "server_gone"), crashed->text);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(calls_at(2) == 1u);
  finish(life(2));
  BOOST_TEST(succeeded(last), last->text);
}

BOOST_AUTO_TEST_CASE(who_has_no_turn_in_time_is_told_why) {
  fs.policy.queue.wait = 5s;
  run();
  written(session("a"));
  const auto late = written(session("b"));
  advance(5s);
  BOOST_TEST(ended_with(late, "queue_full"), late->text);
  BOOST_TEST(ended_with(late, "for its turn"), late->text);
  BOOST_TEST(calls_at(1) == 1u);
}

BOOST_AUTO_TEST_CASE(what_comes_after_a_call_that_was_given_up_may_be_about_that_one) {
  run();
  const auto gone = written(session("a"));
  node.cancel(gone);
  const auto next = written(session("b"));
  asks(life(1), "1");
  BOOST_TEST(next->questions.empty());
  BOOST_TEST(heard(life(1), R"("id":1,"error":{"code":-32603)") == 1u);
  advance(30s);
  asks(life(1), "2");
  BOOST_TEST(next->questions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_late_answer_ends_the_doubt) {
  run();
  const auto gone = written(session("a"));
  node.cancel(gone);
  const auto next = written(session("b"));
  finish(life(1)); // Of the first call.
  BOOST_TEST(next->ends == 0);
  asks(life(1), "1");
  BOOST_TEST(next->questions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(each_replica_has_a_call_of_its_own) {
  fs.policy.replicas = 2;
  run();
  for (int i = 0; i < 3; ++i) written(session("s" + std::to_string(i)));
  BOOST_TEST((calls_at(1) == 1u && calls_at(2) == 1u));
  BOOST_TEST(row().waiting == 1u);
  finish(life(2));
  advance(1ms);
  BOOST_TEST((calls_at(1) == 1u && calls_at(2) == 1u));
}

BOOST_AUTO_TEST_CASE(a_modern_server_takes_as_many_as_any) {
  how.says = speech::modern;
  run();
  for (int i = 0; i < 3; ++i) written(session("s" + std::to_string(i)));
  BOOST_TEST(calls_at(1) == 3u);
}

BOOST_AUTO_TEST_CASE(calls_that_waited_for_its_start_take_turns_too) {
  how.handshake_takes = 500ms;
  node.host.choose = [this](const std::string&, std::size_t) { return how; };
  node.begin({{fs, desired_state::running, {}}});
  const auto one = call(session("a"));
  const auto two = call(session("b"));
  advance(1s);
  BOOST_TEST(calls_at(1) == 1u);
  finish(life(1));
  advance(1ms);
  finish(life(1));
  BOOST_TEST((succeeded(one) && succeeded(two)));
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_that_waits_is_never_made) {
  run();
  written(session("a"));
  const auto gone = written(session("b"));
  node.cancel(gone);
  BOOST_TEST(ended_with(gone, "while it waited"), gone->text);
  finish(life(1));
  advance(1ms);
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 1u);
}

BOOST_AUTO_TEST_CASE(a_stop_fails_what_waits_for_its_turn) {
  run();
  written(session("a"));
  const auto waits = written(session("b"));
  node.order("fs", server_verb::stop);
  advance(10s);
  BOOST_TEST(ended_with(waits, "server_not_ready"), waits->text);
}

BOOST_AUTO_TEST_SUITE_END()
