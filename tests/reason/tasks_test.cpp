#include "reason/task.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace toolscore;
using namespace toolscore::reason;

namespace {

std::string fault(const std::string& text) {
  const auto read = read_tasks(text, "tasks.jsonl", {});
  return read ? std::string() : read.failure().detail;
}

/// One task with these calls.
std::string with(const std::string& calls) {
  return R"({"task_id":"t","description":"d","calls":)" + calls + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(tasks)

BOOST_AUTO_TEST_CASE(a_task_is_a_line_and_empty_lines_are_none) {
  const auto read = read_tasks("\n" + with(R"([{"server":"s","tool":"a"}])") + "\r\n  \n" +
                                   R"({"task_id":"m","description":"by a model","servers":"s"})",
                               "f", {});
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->size() == 2u);
  BOOST_TEST(read->at(0).scripted());
  BOOST_TEST(read->at(0).groups.at(0).at(0).arguments.dump() == "{}");
  BOOST_TEST(!read->at(1).scripted());
  BOOST_TEST(read->at(1).servers.at(0) == "s");
}

BOOST_AUTO_TEST_CASE(a_group_is_several_calls_at_once) {
  const auto read =
      read_tasks(with(R"([{"parallel":[{"server":"s","tool":"a"},{"server":"s","tool":"b"}]},)"
                      R"({"server":"s","tool":"c","arguments":{"x":"${calls.1.text}"}}])"),
                 "f", {});
  BOOST_REQUIRE(read);
  BOOST_TEST(read->at(0).groups.size() == 2u);
  BOOST_TEST(read->at(0).groups[0].size() == 2u);
  BOOST_TEST(read->at(0).groups[1][0].tool == "c");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_line_and_its_place) {
  struct row {
    const char* text;
    const char* says;
  };
  const std::string call = R"([{"server":"s","tool":"a"}])";
  const std::string good = with(call);
  const row rows[] = {
      {"{", "tasks.jsonl:1: no JSON object stands on this line"},
      {"[]", "tasks.jsonl:1: it is no JSON object"},
      {"", "there is no task in it"},
      {R"({"task_id":"t","description":"d","cals":[]})", R"(did you mean "calls"?)"},
      {R"({"description":"d"})", R"("task_id" is missing)"},
      {R"({"task_id":"","description":"d"})", R"("task_id" is empty)"},
      {R"({"task_id":7,"description":"d"})", R"("task_id" must be a text)"},
      {R"({"task_id":"t","description":"d","calls":[]})", "an array that is not empty"},
      {R"({"task_id":"t","description":"d","calls":[7]})", "call 0: it is no JSON object"},
      {R"({"task_id":"t","description":"d","calls":[{"tool":"a"}]})", R"("server" is missing)"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","arguments":[]}]})",
       R"("arguments" must be an object)"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":{"is_eror":true}}]})",
       R"(did you mean "is_error"?)"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":{"fails_as":"dead"}}]})",
       R"("dead" is no failure, write one of "any", "not_made")"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":{"fails_as":"success"}}]})",
       "is no failure"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":{"fails_as":"died","is_error":true}}]})",
       "not both"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":{"json":{"a":1}}}]})",
       "is no JSON pointer"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","arguments":{"x":"${calls.0.text}"}}]})",
       "there is no call before this one"},
      {R"({"task_id":"t","description":"d","calls":[{"parallel":[{"server":"s","tool":"a"},{"server":"s","tool":"b","arguments":{"x":"${calls.0.text}"}}]}]})",
       "call 1: arguments: ${calls.0.text}: there is no call before this one"},
      {R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a"}],"servers":["s"]})",
       R"(a task with "calls" has no "servers")"},
      {R"({"task_id":"t","description":"d","servers":["s"],"group":"g"})", "not both"},
      {R"({"task_id":"t","description":"d","limits":{"steps":0}})", "from 1 to 1000"},
      {R"({"task_id":"t","description":"d","expect":{"failed_calls":"some"}})", "\"made_good\""},
  };
  for (const auto& each : rows) BOOST_TEST_CONTEXT(each.text)
  BOOST_TEST(fault(each.text).find(each.says) != std::string::npos, fault(each.text));
  BOOST_TEST(fault(good).empty());
  BOOST_TEST(fault(good + "\n\n" + good).find("tasks.jsonl:3: a task before it") == 0u,
             fault(good + "\n\n" + good));
}

BOOST_AUTO_TEST_CASE(text_that_nests_without_end_is_no_task) {
  std::string deep = R"({"task_id":"t","description":"d","calls":)";
  deep.append(200'000, '[');
  BOOST_TEST(fault(deep).find("no JSON object") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(more_than_so_many_calls_are_refused) {
  std::string calls = "[";
  for (std::size_t i = 0; i <= calls_max; ++i)
    calls += std::string(i == 0 ? "" : ",") + R"({"server":"s","tool":"a"})";
  BOOST_TEST(fault(with(calls + "]")).find("more than 1000 calls") != std::string::npos);
  std::string many = R"([{"parallel":[)";
  for (std::size_t i = 0; i <= parallel_max; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"server":"s","tool":"a"})";
  BOOST_TEST(fault(with(many + "]}]")).find("more than 64 calls") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
