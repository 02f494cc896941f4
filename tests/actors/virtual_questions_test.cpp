// A legacy server asks in the middle of a call: who is asked, who is not, and what the call's clock
// does meanwhile.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

const std::string accept = R"({"action":"accept","content":{"ok":true}})";

struct questions : asking_fixture {
  /// A session's call on an instance of its own.
  made_call_ptr begin() {
    run();
    auto made = written(session("a"));
    BOOST_TEST_REQUIRE(life(2)->calls.size() == 1u);
    return made;
  }
  /// That server's question is answered with an error of this code.
  bool refused(const life_ptr& by, const std::string& id, int code) {
    return heard(by, R"("id":)" + id + R"(,"error":{"code":)" + std::to_string(code)) == 1;
  }
  void progress(const life_ptr& by) {
    say(by, R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
                by->calls.front() + R"(,"progress":1}})");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_questions, questions)

BOOST_AUTO_TEST_CASE(a_question_reaches_its_caller_and_the_answer_the_server_under_its_own_id) {
  const auto made = begin();
  asks(life(2), R"("q-1")");
  BOOST_TEST_REQUIRE(made->questions.size() == 1u);
  BOOST_TEST(made->questions[0].asked.method == "elicitation/create");
  BOOST_TEST(made->questions[0].asked.params == R"({"message":"Sure?"})");
  node.answer(made, 0, accept);
  BOOST_TEST(heard(life(2), R"({"jsonrpc":"2.0","id":"q-1","result":)" + accept + "}") == 1u);
  asks(life(2), "7");
  node.answer(made, 1, R"({"code":-1,"message":"no"})", true);
  BOOST_TEST(heard(life(2), R"({"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no"}})") ==
             1u);
  finish(life(2));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(of_two_sessions_on_one_instance_nobody_is_asked) {
  fs.policy.sessions = session_mode::shared;
  run();
  const auto one = written(session("a"));
  const auto two = written(session("b"));
  asks(life(1), "1");
  BOOST_TEST((one->questions.empty() && two->questions.empty()));
  BOOST_TEST(refused(life(1), "1", -32603));
  finish(life(1)); // The oldest is over: it is certain again.
  asks(life(1), "2");
  BOOST_TEST(one->questions.empty());
  BOOST_TEST(two->questions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(two_modern_calls_on_one_instance_are_never_guessed) {
  fs.policy.sessions = session_mode::per_principal;
  run();
  const auto one = written(modern());
  const auto two = written(modern());
  BOOST_TEST_REQUIRE(life(2)->calls.size() == 2u);
  asks(life(2), "1");
  BOOST_TEST((one->questions.empty() && two->questions.empty()));
  BOOST_TEST(refused(life(2), "1", -32603));
}

BOOST_AUTO_TEST_CASE(of_one_sessions_calls_the_oldest_is_asked_and_lists_do_not_count) {
  const auto one = begin();
  const auto two = written(session("a"));
  asks(life(2), "1");
  BOOST_TEST(one->questions.size() == 1u);
  BOOST_TEST(two->questions.empty());
}

BOOST_AUTO_TEST_CASE(without_a_call_in_which_it_may_ask_nobody_is_asked) {
  const auto made = begin();
  finish(life(2));
  asks(life(2), "1");
  BOOST_TEST(made->questions.empty());
  BOOST_TEST(refused(life(2), "1", -32601));
  asks(life(2), R"("p")", "ping", "{}");
  BOOST_TEST(heard(life(2), R"({"jsonrpc":"2.0","id":"p","result":{}})") == 1u);
  asks(life(2), "3", "tasks/get", "{}");
  BOOST_TEST(refused(life(2), "3", -32601));
}

BOOST_AUTO_TEST_CASE(what_a_caller_has_not_declared_it_is_not_asked) {
  const auto made = begin();
  asks(life(2), "1", "roots/list", "{}");
  asks(life(2), "2", "sampling/createMessage", R"({"messages":[]})");
  asks(life(2), "3", "elicitation/create", R"({"mode":"url","message":"?","url":"http://x/"})");
  BOOST_TEST(made->questions.empty());
  BOOST_TEST(refused(life(2), "1", -32601));
  BOOST_TEST(refused(life(2), "2", -32601));
  BOOST_TEST(refused(life(2), "3", -32602));
  finish(life(2), R"({"content":[],"isError":true})");
  BOOST_TEST(succeeded(made)); // A legacy client reads the tool's own words.
  BOOST_TEST(made->text.find(R"("isError":true)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_modern_client_is_told_what_it_would_have_had_to_declare) {
  run();
  const auto made = written(modern());
  asks(life(2), "1", "sampling/createMessage", R"({"messages":[]})");
  BOOST_TEST(made->questions.empty());
  finish(life(2), R"({"content":[],"isError":true})");
  BOOST_TEST(ended_with(made, "-32021"), made->text);
  BOOST_TEST(made->text.find(R"("requiredCapabilities":{"sampling":{}})") != std::string::npos);
  BOOST_TEST(made->http_status == 400);
  const auto next = written(modern());
  asks(life(2), "2", "sampling/createMessage", R"({"messages":[]})");
  finish(life(2));
  BOOST_TEST(succeeded(next)); // It did without.
}

BOOST_AUTO_TEST_CASE(a_caller_without_a_stream_is_not_asked) {
  const auto made = begin();
  made->streams = false;
  asks(life(2), "1");
  BOOST_TEST(refused(life(2), "1", -32603));
  advance(61s); // Its clock runs.
  BOOST_TEST(ended_with(made, "call_timed_out"), made->text);
}

BOOST_AUTO_TEST_CASE(the_clock_stands_while_a_question_is_open_and_runs_again_after_it) {
  const auto made = begin();
  advance(50s);
  asks(life(2), "1");
  advance(5min);
  BOOST_TEST(made->ends == 0);
  node.answer(made, 0, accept);
  advance(59s);
  BOOST_TEST(made->ends == 0);
  advance(2s);
  BOOST_TEST(ended_with(made, "call_timed_out"), made->text);
  BOOST_TEST(made->text.find("call_timeout is 60000 ms") != std::string::npos, made->text);
  BOOST_TEST(heard(life(2), "notifications/cancelled") == 1u);
}

BOOST_AUTO_TEST_CASE(the_most_that_a_call_may_take_leaves_out_the_time_of_its_questions) {
  fs.policy.call_timeout = fs.policy.call_timeout_max = 2min;
  const auto made = begin();
  advance(90s);
  asks(life(2), "1");
  advance(5min);
  node.answer(made, 0, accept);
  advance(29s);
  BOOST_TEST(made->ends == 0);
  advance(2s);
  BOOST_TEST(made->ends == 1);
}

BOOST_AUTO_TEST_CASE(it_stands_until_the_last_of_several_is_answered) {
  const auto made = begin();
  asks(life(2), "1");
  advance(2min);
  asks(life(2), "2");
  node.answer(made, 0, accept);
  advance(2min);
  BOOST_TEST(made->ends == 0);
  node.answer(made, 1, accept);
  finish(life(2));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(progress_does_not_start_the_clock_while_a_question_is_open) {
  run();
  const auto made = node.call_of("fs", session("a"), "tools/call", era::legacy, true);
  advance(20ms);
  asks(life(2), "1");
  progress(life(2));
  BOOST_TEST(made->events == 1);
  advance(5min);
  BOOST_TEST(made->ends == 0, made->text);
  node.answer(made, 0, accept);
  finish(life(2));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(a_question_that_is_never_answered_ends_the_call_in_words) {
  const auto made = begin();
  advance(50s);
  asks(life(2), "1");
  advance(10min - 1s);
  BOOST_TEST(made->ends == 0);
  advance(2s);
  BOOST_TEST(ended_with(made, "which has not answered for 600000 ms"), made->text);
  BOOST_TEST(made->text.find("call_timed_out") != std::string::npos, made->text);
  BOOST_TEST(heard(life(2), "notifications/cancelled") == 1u);
  BOOST_TEST(!life(2)->over);
}

BOOST_AUTO_TEST_CASE(a_caller_may_cancel_while_it_is_asked) {
  const auto made = begin();
  asks(life(2), "1");
  node.cancel(made);
  BOOST_TEST(ended_with(made, "cancelled"), made->text);
  BOOST_TEST(heard(life(2), "notifications/cancelled") == 1u);
  finish(life(2)); // Too late.
  advance(20min);
  BOOST_TEST(made->ends == 1);
  const auto next = written(session("a"));
  asks(life(2), "1"); // The same id once more is another question.
  BOOST_TEST(next->questions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_question_may_be_taken_back_by_its_server) {
  const auto made = begin();
  asks(life(2), R"("q")");
  const auto take_back = [&](const std::string& id) {
    say(life(2), R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
                     id + "}}");
  };
  take_back(R"("other")");
  BOOST_TEST(!made->questions[0].withdrawn);
  take_back(R"("q")");
  BOOST_TEST(made->questions[0].withdrawn);
  advance(59s);
  BOOST_TEST(made->ends == 0);
  advance(2s);
  BOOST_TEST(ended_with(made, "call_timeout is 60000 ms"), made->text);
  BOOST_TEST(heard(life(2), R"("id":"q")") == 0u);
}

BOOST_AUTO_TEST_CASE(another_instance_takes_back_nothing_of_this_one) {
  const auto made = begin();
  const auto other = written(session("b"));
  asks(life(2), "1");
  asks(life(3), "1");
  say(life(3), R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  BOOST_TEST(!made->questions[0].withdrawn);
  BOOST_TEST(other->questions[0].withdrawn);
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_with_a_question_open_fails_the_call_once) {
  const auto made = begin();
  asks(life(2), "1");
  auto late = made->questions[0].then; // An answer that is on its way.
  node.host.crash(life(2));
  advance(1s);
  BOOST_TEST(ended_with(made, "server_gone"), made->text);
  late({false, accept});
  settle();
  BOOST_TEST_REQUIRE(starts() == 3u);
  BOOST_TEST(heard(life(3), accept) == 0u);
  advance(20min);
  BOOST_TEST(made->ends == 1);
}

BOOST_AUTO_TEST_CASE(a_modern_server_asks_by_results_alone) {
  how.says = speech::modern;
  run();
  const auto made = written(session("a"));
  asks(life(1), "1");
  BOOST_TEST(made->questions.empty());
  BOOST_TEST(refused(life(1), "1", -32601));
}

BOOST_AUTO_TEST_CASE(log_messages_reach_the_caller_they_are_about_from_its_level_up) {
  run();
  auto from = std::make_shared<caller>(caller{"a", "local", forms(), "warning"});
  const auto made = written(from);
  const auto log = [&](const life_ptr& by, const std::string& level) {
    say(by, R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":")" + level +
                R"(","data":"x"}})");
  };
  log(life(2), "info");
  log(life(2), "no such");
  BOOST_TEST(made->events == 0);
  log(life(2), "warning");
  log(life(2), "emergency");
  BOOST_TEST(made->events == 2);
  const auto silent = written(modern());
  log(node.host.last("fs"), "emergency"); // A modern client asks for them call by call.
  BOOST_TEST(silent->events == 0);
  const auto one = written(session("b", {}));
  const auto two = written(session("c", {}));
  log(life(1), "emergency");
  BOOST_TEST((one->events == 0 && two->events == 0));
}

BOOST_AUTO_TEST_CASE(a_legacy_server_is_not_called_with_what_it_would_take_for_a_new_call) {
  run();
  for (const char* params :
       {R"({"name":"t","requestState":"x"})", R"({"name":"t","inputResponses":null})"}) {
    const auto made = std::make_shared<made_call>();
    node.ask("fs", "tools/call", params, made);
    advance(20ms);
    BOOST_TEST(ended_with(made, "-32602"), made->text);
  }
  BOOST_TEST(life(1)->calls.empty());
}

BOOST_AUTO_TEST_SUITE_END()
