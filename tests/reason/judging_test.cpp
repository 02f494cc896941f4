#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

made_call made(const std::string& key, call_answer answer) {
  made_call out;
  out.server = key.substr(0, key.find('.'));
  out.tool = key.substr(key.find('.') + 1);
  out.answer = std::move(answer);
  return out;
}

/// A record with these calls, a step for each.
task_record with(std::vector<made_call> calls, std::optional<std::string> answer = std::nullopt) {
  task_record out;
  for (auto& x : calls) {
    task_step step;
    step.calls.push_back(std::move(x));
    out.steps.push_back(std::move(step));
  }
  out.answer = std::move(answer);
  return out;
}

const char* two = R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a"},)"
                  R"({"server":"s","tool":"b","expect":{"is_error":true}}]})";

task by_model(const std::string& more = {}) {
  return read_one(R"({"task_id":"t","description":"d")" + more + "}");
}

} // namespace

BOOST_AUTO_TEST_SUITE(judging)

BOOST_AUTO_TEST_CASE(a_scripted_task_is_a_success_only_if_each_call_did_what_was_expected) {
  struct row {
    std::vector<made_call> calls;
    bool success;
    std::size_t failed;
    std::size_t as_expected;
  };
  const auto what = read_one(two);
  const row rows[] = {
      {{made("s.a", says("x")), made("s.b", says("y", true))}, true, 1, 1},
      {{made("s.a", says("x")), made("s.b", says("y"))}, false, 0, 0},
      {{made("s.a", says("x", true)), made("s.b", says("y", true))}, false, 2, 1},
      {{made("s.a", says("x")), made("s.b", node_says("server_gone"))}, false, 1, 0},
      {{made("s.a", says("x"))}, false, 0, 0},
      {{}, false, 0, 0},
      {{made("s.a", call_answer{}), made("s.b", says("y", true))}, false, 2, 1},
  };
  for (const auto& each : rows) {
    const auto verdict = judge(what, with(each.calls));
    BOOST_TEST(verdict.success == each.success, verdict.why);
    BOOST_TEST(verdict.success == verdict.why.empty());
    BOOST_TEST(verdict.failed == each.failed);
    BOOST_TEST(verdict.failed_as_expected == each.as_expected);
  }
}

BOOST_AUTO_TEST_CASE(no_failure_of_a_call_is_ever_a_success_that_nobody_expected) {
  const auto what =
      read_one(R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a"}]})");
  const call_answer failures[] = {says("x", true),
                                  failed({{"code", 1}}),
                                  node_says("queue_full"),
                                  node_says("call_timed_out"),
                                  node_says("server_gone"),
                                  node_lost("hung"),
                                  node_says("cancelled"),
                                  node_says("server_not_ready"),
                                  silent(errc::io_failed),
                                  silent(errc::bad_request),
                                  answered({{"resultType", "input_required"}})};
  for (const auto& each : failures) BOOST_TEST(!judge(what, with({made("s.a", each)})).success);
  BOOST_TEST(judge(what, with({made("s.a", says("x"))})).success);
}

BOOST_AUTO_TEST_CASE(a_task_that_ended_early_is_no_success_whatever_its_calls_say) {
  auto record = with({made("s.a", says("x")), made("s.b", says("y", true))});
  record.stopped = "it was interrupted";
  BOOST_TEST(!judge(read_one(two), record).success);
  auto answered_one = with({}, "done");
  answered_one.stopped = "its time is over";
  BOOST_TEST(!judge(by_model(), answered_one).success);
}

BOOST_AUTO_TEST_CASE(a_model_succeeds_by_its_answer_and_by_its_calls) {
  struct row {
    const char* expects;
    std::vector<made_call> calls;
    std::optional<std::string> answer;
    bool success;
  };
  const auto good = made("s.a", says("x"));
  const auto bad = made("s.a", says("x", true));
  const auto other = made("s.b", says("y"));
  const std::optional<std::string> said = "it is 42";
  const row rows[] = {
      {"", {}, said, true},
      {"", {}, std::nullopt, false},
      {"", {good}, said, true},
      {"", {bad}, said, false},      // It says so, but nothing worked.
      {"", {bad, good}, said, true}, // Made good.
      {"", {good, bad}, said, false},
      {"", {bad, other}, said, false},
      {R"(,"expect":{"failed_calls":"made_good"})", {bad, good}, said, true},
      {R"(,"expect":{"failed_calls":"none_allowed"})", {bad, good}, said, false},
      {R"(,"expect":{"failed_calls":"none_allowed"})", {good, other}, said, true},
      {R"(,"expect":{"failed_calls":"ignored"})", {bad}, said, true},
      {R"(,"expect":{"answer_contains":"42"})", {good}, said, true},
      {R"(,"expect":{"answer_contains":["42","43"]})", {good}, said, false},
      {R"(,"expect":{"answer_equals":"it is 42"})", {}, said, true},
      {R"(,"expect":{"answer_equals":"42"})", {}, said, false},
      {R"(,"expect":{"answer_contains":"42"})", {bad}, said, false},
      {R"(,"expect":{"uses":"s.b"})", {good}, said, false},
      {R"(,"expect":{"uses":["s.a","s.b"]})", {good, other}, said, true},
      {R"(,"expect":{"uses":"s.a","failed_calls":"ignored"})", {bad}, said, false},
  };
  for (const auto& each : rows) {
    const auto verdict = judge(by_model(each.expects), with(each.calls, each.answer));
    BOOST_TEST_CONTEXT(each.expects << " with " << each.calls.size() << " calls")
    BOOST_TEST(verdict.success == each.success, verdict.why);
  }
}

BOOST_AUTO_TEST_CASE(the_conclusion_says_which_failures_were_expected) {
  BOOST_TEST(conclusion_text(read_one(two),
                             with({made("s.a", says("x")), made("s.b", says("y", true))})) ==
             "failed as expected: s.b (tool_error)");
  BOOST_TEST(conclusion_text(read_one(two), with({made("s.a", says("x"))})) ==
             "call 1, s.b: was not made");
  BOOST_TEST(conclusion_text(by_model(), with({}, "a")) == "everything as expected");
}

BOOST_AUTO_TEST_SUITE_END()
