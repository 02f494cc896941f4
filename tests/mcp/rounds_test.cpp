#include "mcp/rounds.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore::mcp;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(rounds)

BOOST_AUTO_TEST_CASE(a_result_that_asks_is_known_by_its_type_alone) {
  const std::pair<const char*, bool> rows[] = {
      {R"({"resultType":"input_required"})", true},
      {R"({"a":{},"resultType" : "input\u005frequired"})", true},
      {R"({"resultType":"complete","resultType":"input_required"})", true},
      {R"({"resultType":"input_required","resultType":"complete"})", true},
      {R"({"resultType":"complete"})", false},
      {R"({"resultType":["input_required"]})", false},
      {R"({"a":{"resultType":"input_required"}})", false},
      {R"({"content":[{"text":"input_required"}]})", false},
      {"{}", false},
  };
  for (const auto& [result, asks] : rows) BOOST_TEST(asks_for_input(result) == asks, result);
}

BOOST_AUTO_TEST_CASE(a_result_asks_only_by_its_own_result_type) {
  BOOST_TEST(asks_for_input(R"({"resultType":"input_required","inputRequests":{}})"));
  BOOST_TEST(asks_for_input(R"({"x":1,"result\u0054ype":"input\u005frequired"})"));
  for (const char* other :
       {R"({})", R"({"resultType":"complete"})", R"({"resultType":1})",
        R"({"content":[{"type":"text","text":"resultType input_required"}]})",
        R"({"structuredContent":{"resultType":"input_required"},"resultType":"complete"})"})
    BOOST_TEST(!asks_for_input(other), other);
}

BOOST_AUTO_TEST_CASE(what_is_asked_is_read_in_its_order_with_raw_keys) {
  const auto read = read_input_required(
      R"({"resultType":"input_required","inputRequests":{"a\"b":{"method":"roots/list"},)"
      R"("c":{"method":"elicitation/create","params":{"message":"?"}}},"requestState":"s\\1"})");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST_REQUIRE(read->requests.size() == 2U);
  BOOST_TEST(read->requests[0].key == R"("a\"b")");
  BOOST_TEST(read->requests[0].method == "roots/list");
  BOOST_TEST(read->requests[0].params.empty());
  BOOST_TEST(read->requests[1].params == R"({"message":"?"})");
  BOOST_TEST(read->state == R"("s\\1")");
}

BOOST_AUTO_TEST_CASE(state_alone_is_enough_and_nothing_at_all_is_not) {
  const auto later = read_input_required(R"({"resultType":"input_required","requestState":"x"})");
  BOOST_TEST_REQUIRE(later.has_value());
  BOOST_TEST(later->requests.empty());
  for (const char* bad : {R"({"resultType":"input_required"})",
                          R"({"inputRequests":{"a":{"params":{}}},"requestState":"x"})",
                          R"({"inputRequests":{"a":{"method":"roots/list","params":[]}}})",
                          R"({"inputRequests":{"a":7}})", R"({"inputRequests":[]})"})
    BOOST_TEST(!read_input_required(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(a_retry_carries_the_answers_and_the_very_state) {
  const auto params =
      retry_params({{R"("a")", R"({"roots":[]})"}, {R"("b")", "{}"}}, R"("s\u0031")");
  BOOST_TEST(params == R"("inputResponses":{"a":{"roots":[]},"b":{}},"requestState":"s\u0031")");
  BOOST_TEST(retry_params({}, R"("s")") == R"("requestState":"s")");
  BOOST_TEST(retry_params({{R"("a")", "{}"}}, "") == R"("inputResponses":{"a":{}})");
  BOOST_TEST(retry_params({}, "").empty());
}

BOOST_AUTO_TEST_CASE(params_go_on_by_their_own_state_alone) {
  BOOST_TEST(carries_state(R"({"name":"t","requestState":"x"})"));
  BOOST_TEST(!carries_state(R"({"name":"t","inputResponses":{}})"));
  BOOST_TEST(!carries_state(R"({"name":"t","arguments":{"requestState":"x"}})"));
  BOOST_TEST(!carries_state(""));
  BOOST_TEST(state_of(R"({"requestState":"a\u0062"})") == "ab");
  BOOST_TEST(state_of(R"({"requestState":7})").empty());
}

BOOST_AUTO_TEST_CASE(a_result_that_asks_reads_as_it_was_written) {
  const auto text = input_required_result(
      {{R"("1")", "roots/list", ""}, {R"("2")", "elicitation/create", R"({"message":"?"})"}},
      "a\"b");
  const auto read = json::parse(text);
  BOOST_TEST(read["resultType"] == "input_required");
  BOOST_TEST(read["requestState"] == "a\"b");
  BOOST_TEST(read["inputRequests"]["1"]["params"].empty());
  BOOST_TEST(read["inputRequests"]["2"]["params"]["message"] == "?");
}

BOOST_AUTO_TEST_CASE(answers_are_told_from_what_is_none) {
  const auto answers = responses_of(R"({"inputResponses":{"1":{"action":"accept"},"2":null}})");
  BOOST_TEST_REQUIRE(answers.size() == 2U);
  BOOST_TEST(answers[0].first == "1");
  BOOST_TEST(answers[1].second == "null");
  BOOST_TEST(has_malformed_responses(R"({"inputResponses":null})"));
  BOOST_TEST(has_malformed_responses(R"({"inputResponses":[]})"));
  BOOST_TEST(!has_malformed_responses(R"({"inputResponses":{}})"));
  BOOST_TEST(!has_malformed_responses("{}"));

  BOOST_TEST(is_input_response("elicitation/create", R"({"action":"accept","content":{"a":1}})"));
  BOOST_TEST(is_input_response("elicitation/create", R"({"action":"decline"})"));
  BOOST_TEST(!is_input_response("elicitation/create", R"({"action":"maybe"})"));
  BOOST_TEST(!is_input_response("elicitation/create", R"({"action":"accept","content":1})"));
  BOOST_TEST(is_input_response("roots/list", R"({"roots":[]})"));
  BOOST_TEST(!is_input_response("roots/list", R"({"roots":{}})"));
  BOOST_TEST(is_input_response("sampling/createMessage",
                               R"({"role":"assistant","content":{"type":"text","text":"x"}})"));
  BOOST_TEST(!is_input_response("sampling/createMessage", R"({"role":"assistant"})"));
  for (const char* method : {"elicitation/create", "roots/list", "sampling/createMessage"})
    for (const char* none : {"12345", "null", "\"x\"", "[]", "{}"})
      BOOST_TEST(!is_input_response(method, none), method << " " << none);
}

BOOST_AUTO_TEST_SUITE_END()
