// A modern server asks a legacy client by the result of its call: the same call again, with
// answers.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

const std::string accept = R"({"action":"accept","content":{"n":"x"}})";
const std::string one_form = R"("k":{"method":"elicitation/create","params":{"message":"Who?"}})";

std::string asking(const std::string& requests, const std::string& state = {}) {
  std::string text = R"({"resultType":"input_required")";
  if (!requests.empty()) text += R"(,"inputRequests":{)" + requests + "}";
  if (!state.empty()) text += R"(,"requestState":)" + state;
  return text + "}";
}

client_capabilities everything() {
  return {true, true, true, true, true, true};
}

struct rounds : asking_fixture {
  rounds() { how.says = speech::modern; }
  made_call_ptr begin(client_capabilities what = forms()) {
    run();
    auto made = written(session("a", what));
    BOOST_TEST_REQUIRE(life(1)->calls.size() == 1u);
    return made;
  }
  std::size_t calls_heard(std::size_t of = 1) {
    return heard(life(of), R"("method":"tools/call")");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_rounds, rounds)

BOOST_AUTO_TEST_CASE(what_it_asks_is_put_to_the_client_and_the_call_is_made_again_with_the_answer) {
  const auto made = begin();
  BOOST_TEST(heard(life(1), R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{}})") ==
             1u);
  finish(life(1), asking(one_form, R"("s\u00e9 \/ 1")"));
  BOOST_TEST(made->ends == 0);
  BOOST_TEST_REQUIRE(made->questions.size() == 1u);
  BOOST_TEST(made->questions[0].asked.method == "elicitation/create");
  BOOST_TEST(made->questions[0].asked.params == R"({"message":"Who?"})");
  BOOST_TEST(calls_heard() == 1u);
  node.answer(made, 0, accept);
  BOOST_TEST(calls_heard() == 2u);
  BOOST_TEST(heard(life(1), R"("inputResponses":{"k":)" + accept + "}") == 1u);
  BOOST_TEST(heard(life(1), R"("requestState":"s\u00e9 \/ 1")") == 1u); // To the byte.
  finish(life(1));
  BOOST_TEST(succeeded(made), made->text);
  BOOST_TEST(starts() == 1u);
}

BOOST_AUTO_TEST_CASE(several_questions_are_answered_together_in_any_order) {
  const auto made = begin(everything());
  finish(life(1), asking(one_form + R"(,"r":{"method":"roots/list"})"));
  BOOST_TEST_REQUIRE(made->questions.size() == 2u);
  node.answer(made, 1, R"({"roots":[]})");
  BOOST_TEST(calls_heard() == 1u);
  node.answer(made, 0, accept);
  BOOST_TEST(calls_heard() == 2u);
  BOOST_TEST(heard(life(1), R"("r":{"roots":[]})") == 1u);
  BOOST_TEST(heard(life(1), R"("k":)" + accept) == 1u);
  BOOST_TEST(heard(life(1), "requestState") == 0u); // It gave none.
}

BOOST_AUTO_TEST_CASE(a_form_that_fails_at_the_client_is_cancelled_to_the_server) {
  const auto made = begin();
  finish(life(1), asking(one_form));
  node.answer(made, 0, R"({"code":-32603,"message":"broken"})", true);
  BOOST_TEST(heard(life(1), R"("inputResponses":{"k":{"action":"cancel"}})") == 1u);
  finish(life(1));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(what_else_fails_at_the_client_fails_the_call_and_takes_the_rest_back) {
  const auto made = begin(everything());
  finish(life(1), asking(one_form + R"(,"s":{"method":"sampling/createMessage","params":{}})"));
  BOOST_TEST_REQUIRE(made->questions.size() == 2u);
  node.answer(made, 1, R"({"code":-1,"message":"User said no"})", true);
  BOOST_TEST(ended_with(made, "sampling/createMessage failed at the client"), made->text);
  BOOST_TEST(made->text.find("User said no") != std::string::npos);
  BOOST_TEST(made->questions[0].withdrawn);
  BOOST_TEST(calls_heard() == 1u);
  advance(20min);
  BOOST_TEST(made->ends == 1);
}

BOOST_AUTO_TEST_CASE(a_state_alone_is_called_again_later) {
  const auto made = begin();
  finish(life(1), asking({}, R"("busy")"));
  BOOST_TEST(calls_heard() == 1u);
  advance(200ms);
  BOOST_TEST(calls_heard() == 2u);
  BOOST_TEST(heard(life(1), R"("requestState":"busy")") == 1u);
  BOOST_TEST(heard(life(1), "inputResponses") == 0u);
  finish(life(1), asking({}, R"("busy")"));
  advance(150ms); // Twice as long.
  BOOST_TEST(calls_heard() == 2u);
  advance(100ms);
  BOOST_TEST(calls_heard() == 3u);
  finish(life(1));
  BOOST_TEST(succeeded(made));
}

BOOST_AUTO_TEST_CASE(it_may_ask_ten_times_and_no_more) {
  const auto made = begin();
  for (std::size_t at = 0; at < 10; ++at) {
    finish(life(1), asking(one_form, R"("s)" + std::to_string(at) + "\""));
    BOOST_TEST_REQUIRE(made->questions.size() == at + 1);
    node.answer(made, at, accept);
    BOOST_TEST(calls_heard() == at + 2);
  }
  BOOST_TEST(made->ends == 0);
  finish(life(1), asking(one_form));
  BOOST_TEST(ended_with(made, "it asked 10 times for one call"), made->text);
  BOOST_TEST(made->questions.size() == 10u);
  advance(10ms);
  BOOST_TEST(calls_heard() == 11u);
}

BOOST_AUTO_TEST_CASE(a_server_that_only_ever_puts_off_is_given_up) {
  const auto made = begin();
  for (int i = 0; i < 11 && made->ends == 0; ++i) {
    finish(life(1), asking({}, R"("busy")"));
    advance(60s);
  }
  BOOST_TEST(ended_with(made, "bad_answer"), made->text);
  BOOST_TEST(calls_heard() == 11u);
}

BOOST_AUTO_TEST_CASE(what_asks_nothing_or_is_malformed_is_a_bad_answer) {
  run();
  for (const auto& result :
       {asking({}), asking(R"("k":{"params":{}})"),
        asking(R"("k":{"method":"roots/list","params":5})"), asking({}, "5")}) {
    const auto made = written(session("a"));
    finish(life(1), result);
    BOOST_TEST(ended_with(made, "bad_answer"), result + made->text);
    BOOST_TEST(made->questions.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_the_client_has_not_declared_fails_the_call_and_it_is_not_asked) {
  run();
  const auto made = written(session("a"));
  finish(life(1), asking(one_form + R"(,"r":{"method":"roots/list"})"));
  BOOST_TEST(ended_with(made, "the client has not declared roots"), made->text);
  for (const auto& one : made->questions) BOOST_TEST(one.withdrawn);
  const auto nobody = written(nullptr);
  finish(life(1), asking(one_form));
  BOOST_TEST(ended_with(nobody, "has not declared elicitation"), nobody->text);
  const auto mute = written(session("b"));
  mute->streams = false;
  finish(life(1), asking(one_form));
  BOOST_TEST(ended_with(mute, "takes no stream"), mute->text);
}

BOOST_AUTO_TEST_CASE(a_modern_client_gets_the_question_as_it_is) {
  run();
  const auto made = written(modern());
  finish(life(1), asking(one_form, R"("s")"));
  BOOST_TEST(ended_with(made, asking(one_form, R"("s")")), made->text);
}

BOOST_AUTO_TEST_CASE(a_client_has_ten_minutes_and_no_call_timeout) {
  const auto made = begin();
  finish(life(1), asking(one_form));
  advance(10min - 1s);
  BOOST_TEST(made->ends == 0);
  advance(2s);
  BOOST_TEST(ended_with(made, "which has not answered for 600000 ms"), made->text);
  BOOST_TEST(made->questions[0].withdrawn);
  node.answer(made, 0, accept);
  advance(10ms);
  BOOST_TEST(calls_heard() == 1u);
}

BOOST_AUTO_TEST_CASE(each_round_has_a_call_timeout_of_its_own) {
  const auto made = begin();
  advance(50s);
  finish(life(1), asking(one_form));
  advance(50s);
  node.answer(made, 0, accept);
  advance(50s);
  BOOST_TEST(made->ends == 0);
  advance(11s);
  BOOST_TEST(ended_with(made, "call_timed_out"), made->text);
}

BOOST_AUTO_TEST_CASE(a_round_may_be_cancelled_while_the_client_is_asked) {
  const auto made = begin();
  finish(life(1), asking(one_form));
  node.cancel(made);
  BOOST_TEST(ended_with(made, "cancelled"), made->text);
  BOOST_TEST(made->questions[0].withdrawn);
  node.answer(made, 0, accept);
  advance(20min);
  BOOST_TEST(made->ends == 1);
  BOOST_TEST(calls_heard() == 1u);
}

BOOST_AUTO_TEST_CASE(a_round_may_be_cancelled_while_it_is_put_off) {
  const auto made = begin();
  finish(life(1), asking({}, R"("busy")"));
  node.cancel(made);
  BOOST_TEST(ended_with(made, "cancelled"), made->text);
  advance(10s);
  BOOST_TEST(calls_heard() == 1u);
  BOOST_TEST(made->ends == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_both_kinds_of_round) {
  const auto asked = begin();
  finish(life(1), asking(one_form));
  const auto put_off = written(session("b"));
  finish(life(1), asking({}, R"("busy")"));
  node.order("fs", server_verb::stop);
  advance(2s);
  BOOST_TEST(ended_with(asked, "server_not_ready"), asked->text);
  BOOST_TEST(ended_with(put_off, "server_not_ready"), put_off->text);
  BOOST_TEST(asked->questions[0].withdrawn);
  BOOST_TEST(alive() == 0u);
}

BOOST_AUTO_TEST_CASE(a_removal_answers_both_kinds_of_round) {
  const auto asked = begin();
  finish(life(1), asking(one_form));
  const auto put_off = written(session("b"));
  for (int i = 0; i < 6; ++i) { // The longer it is put off, the longer the pause.
    finish(life(1), asking({}, R"("busy")"));
    if (i < 5) advance(10s);
  }
  node.order("fs", server_verb::remove);
  advance(30s);
  BOOST_TEST(asked->ends == 1);
  BOOST_TEST(put_off->ends == 1);
  BOOST_TEST(!put_off->dropped);
}

BOOST_AUTO_TEST_CASE(the_answer_goes_to_the_next_instance_when_this_one_has_died) {
  const auto made = begin();
  finish(life(1), asking(one_form, R"("s")"));
  node.host.crash(life(1));
  advance(1ms);
  BOOST_TEST(made->ends == 0);
  node.answer(made, 0, accept);
  advance(1s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(heard(life(2), R"("requestState":"s")") == 1u);
  finish(life(2));
  BOOST_TEST(succeeded(made), made->text);
}

BOOST_AUTO_TEST_CASE(an_open_round_keeps_a_server_from_falling_asleep) {
  fs.policy.idle_stop = 2min;
  const auto made = begin();
  finish(life(1), asking(one_form));
  advance(5min);
  BOOST_TEST(node.status("fs") == "ready");
  node.answer(made, 0, accept);
  finish(life(1));
  BOOST_TEST(succeeded(made));
  advance(3min);
  BOOST_TEST(node.status("fs") == "asleep");
}

BOOST_AUTO_TEST_SUITE_END()
