#include "reason/expectations.hpp"
#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

call_expectation expecting(const std::string& object) {
  const auto what =
      read_one(R"({"task_id":"t","description":"d","calls":[{"server":"s","tool":"a","expect":)" +
               object + "}]}");
  BOOST_REQUIRE(what.scripted());
  return what.groups[0][0].expect;
}

} // namespace

BOOST_AUTO_TEST_SUITE(expectations)

BOOST_AUTO_TEST_CASE(what_is_expected_of_which_answer) {
  struct row {
    const char* expects;
    call_answer answer;
    bool met;
  };
  const auto structured =
      answered(json::parse(R"({"content":[],"structuredContent":{"n":1,"o":{"a":1,"b":2}}})"));
  const row rows[] = {
      {"{}", says("x"), true},
      {"{}", says("x", true), false},
      {"{}", node_says("server_gone"), false},
      {R"({"is_error":false})", says("x"), true},
      {R"({"is_error":false})", says("x", true), false},
      {R"({"is_error":true})", says("x", true), true},
      {R"({"is_error":true})", says("x"), false},
      {R"({"is_error":true})", failed({{"message", "m"}}), false},
      {R"({"is_error":true})", node_says("call_timed_out"), false},
      {R"({"fails_as":"any"})", says("x"), false},
      {R"({"fails_as":"any"})", says("x", true), true},
      {R"({"fails_as":"any"})", silent(errc::io_failed), true},
      {R"({"fails_as":["died","hung"]})", node_says("server_gone"), true},
      {R"({"fails_as":["died","hung"]})", node_says("queue_full"), false},
      {R"({"fails_as":"died"})", node_lost("hung"), false},
      {R"({"fails_as":"hung"})", node_lost("killed"), false},
      {R"({"fails_as":"hung"})", node_lost("hung"), true},
      {R"({"fails_as":"rpc_error"})", failed({{"code", -1}, {"message", "m"}}), true},
      {R"({"fails_as":"timed_out"})", says("x"), false},
      {R"({"text_contains":"ell"})", says("hello"), true},
      {R"({"text_contains":["h","o"]})", says("hello"), true},
      {R"({"text_contains":["h","x"]})", says("hello"), false},
      {R"({"text_contains":"ell"})", says("hello", true), false},
      {R"({"is_error":true,"text_contains":"ell"})", says("hello", true), true},
      {R"({"is_error":true,"text_contains":"nope"})", says("hello", true), false},
      {R"({"fails_as":"rpc_error","text_contains":"file"})", failed({{"message", "no file"}}),
       true},
      {R"({"text_equals":"hello"})", says("hello"), true},
      {R"({"text_equals":"hell"})", says("hello"), false},
      {R"({"text_equals":""})", says(""), true},
      {R"({"json":{"/structuredContent/n":1}})", structured, true},
      {R"({"json":{"/structuredContent/n":1.0}})", structured, true},
      {R"({"json":{"/structuredContent/n":"1"}})", structured, false},
      {R"({"json":{"/structuredContent/n":2}})", structured, false},
      {R"({"json":{"/structuredContent/o":{"b":2,"a":1}}})", structured, true},
      {R"({"json":{"/structuredContent/m":1}})", structured, false},
      {R"({"json":{"/structuredContent/n":1,"/content":[]}})", structured, true},
      {R"({"fails_as":"rpc_error","json":{"/code":-5}})", failed({{"code", -5}, {"message", ""}}),
       true},
      {R"({"fails_as":"timed_out","json":{"/code":-5}})", silent(errc::call_timed_out), false},
  };
  for (const auto& each : rows) {
    const auto why = unmet(expecting(each.expects), each.answer);
    BOOST_TEST_CONTEXT(each.expects << " of " << to_string(fate_of(each.answer)))
    BOOST_TEST(why.empty() == each.met, why);
    BOOST_TEST(why.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_expected_makes_no_success_of_another) {
  // Every fate against every expectation of one: met only by itself.
  for (std::size_t i = 1; i < call_fate_count; ++i) {
    call_expectation one;
    one.failures = {static_cast<call_fate>(i)};
    BOOST_TEST(!unmet(one, says("fine")).empty());
    BOOST_TEST((unmet(one, node_says("queue_full")).empty() ==
                (static_cast<call_fate>(i) == call_fate::queue_full)));
  }
}

BOOST_AUTO_TEST_CASE(what_is_unmet_is_told_so_that_a_person_sees_both) {
  BOOST_TEST(unmet(expecting("{}"), says("broken\npipe", true)) ==
             "expected success, it is tool_error (the tool says that it failed: broken pipe)");
  BOOST_TEST(unmet(expecting(R"({"is_error":true})"), says("x")) ==
             "expected a failure (tool_error), it is success");
  BOOST_TEST(unmet(expecting(R"({"text_equals":"a"})"), says("b")) ==
             R"(expected the text "a", it is "b")");
}

BOOST_AUTO_TEST_SUITE_END()
