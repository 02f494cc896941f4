#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

task calls(const std::string& all, const std::string& more = {}) {
  auto what = read_one(R"({"task_id":"t","description":"d","calls":)" + all + more + "}");
  BOOST_REQUIRE(what.scripted());
  return what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scripts)

BOOST_AUTO_TEST_CASE(a_later_call_has_what_an_earlier_one_said) {
  stage on;
  on.answers["s.a"] = {says("deep")};
  const auto record = run_scripted(
      calls(R"([{"server":"s","tool":"a"},)"
            R"({"server":"s","tool":"b","arguments":{"x":"<${calls.0.text}> ${vars.V}"}}])"),
      {{"V", "v"}}, on.world());
  BOOST_REQUIRE(on.asked.size() == 2u);
  BOOST_TEST(on.asked[1][0].arguments.dump() == R"({"x":"<deep> v"})");
  BOOST_TEST(record.steps.size() == 2u);
  BOOST_TEST(record.stopped.empty());
}

BOOST_AUTO_TEST_CASE(a_group_is_asked_for_at_once) {
  stage on;
  const auto record = run_scripted(
      calls(
          R"([{"parallel":[{"server":"s","tool":"a"},{"server":"r","tool":"b"}]},{"server":"s","tool":"c"}])"),
      {}, on.world());
  BOOST_REQUIRE(on.asked.size() == 2u);
  BOOST_TEST(on.asked[0].size() == 2u);
  BOOST_TEST(record.steps[0].calls.size() == 2u);
}

BOOST_AUTO_TEST_CASE(behind_a_call_that_is_not_as_expected_nothing_is_made) {
  stage on;
  on.answers["s.a"] = {says("no", true)};
  const auto what = calls(R"([{"server":"s","tool":"a"},{"server":"s","tool":"b"}])");
  const auto record = run_scripted(what, {}, on.world());
  BOOST_TEST(on.asked.size() == 1u);
  BOOST_TEST(!judge(what, record).success);
  BOOST_TEST(record.steps[0].errors.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_whose_arguments_cannot_be_put_together_is_not_made_and_has_failed) {
  stage on;
  const auto what = calls(
      R"([{"server":"s","tool":"a"},{"parallel":[{"server":"s","tool":"b","arguments":{"x":"${calls.0.result.no}"}},{"server":"s","tool":"c"}]}])");
  const auto record = run_scripted(what, {}, on.world());
  BOOST_REQUIRE(record.steps.size() == 2u);
  BOOST_TEST(to_string(fate_of(record.steps[1].calls[0].answer)) == "not_made");
  BOOST_TEST(to_string(fate_of(record.steps[1].calls[1].answer)) == "success");
  BOOST_TEST(on.asked[1].size() == 1u);
  BOOST_TEST(!judge(what, record).success);
}

BOOST_AUTO_TEST_CASE(what_comes_after_the_tasks_time_is_not_made) {
  for (const auto each_call : {1'500'000, 999'600}) { // A part of a millisecond is one.
    stage on;
    on.each_call = std::chrono::microseconds{each_call};
    const auto what = calls(R"([{"server":"s","tool":"a"},{"server":"s","tool":"b"}])",
                            R"(,"limits":{"seconds":1})");
    const auto record = run_scripted(what, {}, on.world());
    BOOST_TEST(on.asked.size() == 1u);
    BOOST_TEST(record.stopped == "its time of 1000 ms is over");
    BOOST_TEST(!judge(what, record).success);
  }
}

BOOST_AUTO_TEST_CASE(who_is_interrupted_makes_no_more_calls) {
  stage on;
  on.interrupted = true;
  const auto what = calls(R"([{"server":"s","tool":"a"}])");
  const auto record = run_scripted(what, {}, on.world());
  BOOST_TEST(on.asked.empty());
  BOOST_TEST(!judge(what, record).success);
}

BOOST_AUTO_TEST_CASE(each_call_has_its_endpoint) {
  BOOST_TEST(endpoint_of({"fs", {}, "t", {}}) == "/mcp/fs");
  BOOST_TEST(endpoint_of({"a b/c", {}, "t", {}}) == "/mcp/a%20b%2Fc");
  BOOST_TEST(endpoint_of({"", "web", "t", {}}) == "/mcp/@web");
  BOOST_TEST(endpoint_of({"", {}, "t", {}}) == "/mcp");
}

BOOST_AUTO_TEST_SUITE_END()
