#include "reason/report_text.hpp"
#include "reason/trajectory_text.hpp"
#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

const char* three =
    R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","arguments":{"x":1}},)"
    R"({"server":"s","tool":"b","expect":{"is_error":true}},{"server":"s","tool":"a"}]})";

json line_of(stage& on, const std::string& what) {
  const auto one = read_one(what);
  auto record = run_scripted(one, {}, on.world());
  record.trajectory = "run-1";
  record.available_tools = {"s__a", "s__b"};
  const auto line = trajectory_line(one, record);
  BOOST_TEST(line.find('\n') == std::string::npos);
  return json::parse(line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(a_line_has_the_fields_that_are_documented) {
  stage on;
  on.answers["s.b"] = {says("no", true)};
  const auto line = line_of(on, three);
  for (const char* key :
       {"timestamp", "trajectory_id", "task_id", "task_description", "kind", "duration", "success",
        "conclusion", "error_message", "final_result", "raw_response", "calls", "steps",
        "available_tools", "used_tools", "llm_metrics"})
    BOOST_TEST(line.contains(key), key);
  BOOST_TEST(line.at("success") == true);
  BOOST_TEST(line.at("conclusion") == "failed as expected: s.b (tool_error)");
  BOOST_TEST(line.at("calls").dump() == R"({"total":3,"failed":1,"failed_as_expected":1})");
  BOOST_TEST(line.at("used_tools").dump() == R"({"s.a":true,"s.b":false})");
  BOOST_TEST(line.at("final_result") == "ok");
  const auto& bad = line.at("steps").at(1).at("tool_executions").at(0);
  BOOST_TEST(bad.at("execution_status") == "failed");
  BOOST_TEST(bad.at("failure") == "tool_error");
  BOOST_TEST(bad.at("outcomes").dump() ==
             R"({"admission":"ok","transport":"ok","rpc":"ok","tool":"failed"})");
  BOOST_TEST(bad.at("structured_error").at("category") == "tool");
  BOOST_TEST(bad.at("error_details") == "the tool says that it failed: no");
  const auto& good = line.at("steps").at(0).at("tool_executions").at(0);
  BOOST_TEST(good.at("execution_status") == "success");
  BOOST_TEST(good.at("failure").is_null());
  BOOST_TEST(good.at("action").dump() == R"({"service":"s","tool":"a","input":{"x":1}})");
  BOOST_TEST(good.at("toolscore_request").at("endpoint") == "/mcp/s");
  // There is no model in a script.
  BOOST_TEST(line.at("steps").at(0).at("parsing_stage").is_null());
  BOOST_TEST(line.at("llm_metrics").at("parse_failures") == 0);
  BOOST_TEST(line.at("llm_metrics").at("cost").is_null());
}

BOOST_AUTO_TEST_CASE(no_execution_is_told_as_a_success_that_was_none) {
  const call_answer failures[] = {says("x", true),
                                  failed({{"code", 1}}),
                                  node_says("queue_full"),
                                  node_says("server_gone"),
                                  silent(errc::io_failed),
                                  silent(errc::call_timed_out),
                                  call_answer{}};
  for (const auto& each : failures) {
    stage on;
    on.answers["s.a"] = {each};
    const auto line = line_of(on, three);
    BOOST_TEST(line.at("success") == false);
    BOOST_TEST(!line.at("error_message").is_null());
    BOOST_TEST(line.at("used_tools").at("s.a") == false);
    const auto& call = line.at("steps").at(0).at("tool_executions").at(0);
    BOOST_TEST(call.at("execution_status") == "failed");
    BOOST_TEST(call.at("failure") == to_string(fate_of(each)));
  }
}

BOOST_AUTO_TEST_CASE(what_is_long_is_cut_at_a_character_and_says_so) {
  stage on;
  std::string text = "x";
  while (text.size() < kept_bytes_max + 10) text += "\xc3\xbc";
  on.answers["s.a"] = {says(text)};
  const auto line =
      line_of(on, R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a"}]})");
  const auto& raw =
      line.at("steps").at(0).at("tool_executions").at(0).at("toolscore_raw_response").at("result");
  BOOST_TEST(raw.at("truncated") == true);
  const auto kept = line.at("final_result").get<std::string>();
  BOOST_TEST(kept.find("[cut: ") != std::string::npos);
  BOOST_TEST(kept.find("\xef\xbf\xbd") == std::string::npos); // Half a character would be that.
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_replaced) {
  stage on;
  on.answers["s.a"] = {says("a\xff\x1b[31m")};
  const auto one =
      read_one(R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a"}]})");
  const auto record = run_scripted(one, {}, on.world());
  BOOST_TEST(!json::parse(trajectory_line(one, record), nullptr, false).is_discarded());
  BOOST_TEST(call_line(one, record.steps[0].calls[0]).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_moment_is_written_in_utc) {
  using namespace std::chrono;
  BOOST_TEST(time_text(sys_days{2026y / 2 / 3} + 4h + 5min + 6s + 7ms) ==
             "2026-02-03T04:05:06.007Z");
}

BOOST_AUTO_TEST_CASE(the_summary_counts_what_failed_and_what_of_it_was_expected) {
  stage on;
  on.answers["s.b"] = {says("no", true)};
  run_summary all;
  const auto one = read_one(three);
  const auto text = task_line(one, run_scripted(one, {}, on.world()), all);
  BOOST_TEST(text.find("met") != std::string::npos);
  BOOST_TEST(text.find("failed as expected: s.b (tool_error)") != std::string::npos);
  const auto not_met = task_line(one, run_scripted(one, {}, on.world()), all);
  BOOST_TEST(not_met.find("NOT MET") != std::string::npos);
  BOOST_TEST(summary_line(all) == "1 of 2 tasks met what was expected; 5 calls, 4 succeeded, 1 "
                                  "failed (1 of them as expected)\n");
}

BOOST_AUTO_TEST_SUITE_END()
