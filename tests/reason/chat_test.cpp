#include "reason/chat/chat_text.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace toolscore;
using namespace toolscore::reason;

namespace {

std::string completion(const std::string& message, const std::string& more = {}) {
  return R"({"choices":[{"index":0,"message":)" + message + R"(,"finish_reason":"stop"}])" + more +
         "}";
}

/// The events fed, and how it ended: the content and calls, or the error.
std::string streamed(const std::vector<std::string>& events) {
  chat_stream stream;
  for (const auto& each : events)
    if (!stream.feed(each)) break;
  const auto answer = stream.finish();
  if (!answer) return "error: " + answer.failure().detail;
  std::string out = answer->content;
  for (const auto& x : answer->calls)
    out += " " + x.id + ":" + x.function + "(" + x.arguments + ")";
  return out;
}

std::string delta(const std::string& of, const std::string& finish = "null") {
  return R"({"choices":[{"index":0,"delta":)" + of + R"(,"finish_reason":)" + finish + "}]}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(chat)

BOOST_AUTO_TEST_CASE(a_request_is_what_the_endpoint_takes) {
  model_tool tool;
  tool.server = "fs";
  tool.tool = "read";
  tool.description = "Reads.";
  tool.parameters = json::parse(R"({"type":"object"})");
  std::vector<model_tool> tools{tool};
  name_functions(tools);
  const auto messages = json::parse(R"([{"role":"user","content":"hi"}])");
  BOOST_TEST(
      chat_request("m", messages, tools, false) ==
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function",)"
      R"("function":{"name":"fs__read","description":"Reads.","parameters":{"type":"object"}}}]})");
  BOOST_TEST(chat_request("m", messages, {}, true) ==
             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,)"
             R"("stream_options":{"include_usage":true}})");
}

BOOST_AUTO_TEST_CASE(an_answer_is_repeated_as_it_was_and_its_calls_are_answered_by_id) {
  const auto answer = read_chat_answer(completion(
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]})",
      R"(,"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12})"));
  BOOST_REQUIRE(answer);
  BOOST_REQUIRE(answer->calls.size() == 1u);
  BOOST_TEST(answer->calls[0].arguments == R"({"a":1})");
  BOOST_REQUIRE(answer->tokens);
  BOOST_TEST(answer->tokens->total == 12u);
  BOOST_TEST(!answer->tokens->estimated);
  BOOST_TEST(assistant_message(*answer).dump() ==
             R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
             R"("function":{"name":"f","arguments":"{\"a\":1}"}}]})");
  BOOST_TEST(tool_message("c1", "x").dump() ==
             R"({"role":"tool","tool_call_id":"c1","content":"x"})");
}

BOOST_AUTO_TEST_CASE(ids_that_are_missing_or_stand_twice_are_given_anew) {
  const auto answer = read_chat_answer(completion(
      R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":""}},)"
      R"({"id":"a","function":{"name":"g","arguments":{"x":1}}},{"function":{"name":"h"}},)"
      R"({"id":"call_0","function":{"name":"i"}}]})"));
  BOOST_REQUIRE(answer);
  std::set<std::string> ids;
  for (const auto& x : answer->calls) BOOST_TEST(ids.insert(x.id).second, x.id);
  BOOST_TEST(ids.count("a") == 1u);
  BOOST_TEST(answer->calls[1].arguments == R"({"x":1})");
}

BOOST_AUTO_TEST_CASE(what_is_no_completion_is_an_error) {
  std::string many = R"({"tool_calls":[)";
  for (std::size_t i = 0; i <= chat_calls_max; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"function":{"name":"f"}})";
  for (const std::string& text :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{}"),
        std::string(R"({"choices":[]})"), std::string(R"({"choices":[{"message":"x"}]})"),
        std::string(R"({"error":{"message":"overloaded"}})"), std::string(R"({"error":"no"})"),
        completion(many + "]}")})
    BOOST_TEST(!read_chat_answer(text), text);
  const auto told = read_chat_answer(R"({"error":{"message":"overloaded"}})");
  BOOST_TEST(told.failure().detail == "the endpoint says: overloaded");
}

BOOST_AUTO_TEST_CASE(a_stream_is_put_together_however_it_is_cut) {
  BOOST_TEST(streamed({delta(R"({"role":"assistant","content":""})"), delta(R"({"content":"Hel"})"),
                       delta(R"({"content":"lo"})"), delta("{}", R"("stop")"), "[DONE]"}) ==
             "Hello");
  BOOST_TEST(
      streamed(
          {delta(
               R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]})"),
           delta(
               R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":"}}]})"),
           delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
           delta(
               R"({"tool_calls":[{"index":1,"function":{"arguments":"2}"}},{"index":0,"function":{"arguments":":1}"}}]})"),
           delta("{}", R"("tool_calls")"), R"({"choices":[],"usage":{"total_tokens":5}})",
           "[DONE]"}) == R"( a:f({"x":1}) b:g({"y":2}))");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_no_text_are_never_taken_for_none) {
  const auto arguments_of = [](const std::string& raw) {
    const auto call = R"({"function":{"name":"f","arguments":)" + raw + "}}";
    const auto answer = read_chat_answer(completion(R"({"tool_calls":[)" + call + "]}"));
    BOOST_TEST_REQUIRE(bool(answer));
    const auto streaming = streamed({delta(R"({"tool_calls":[)" + call + "]}"), "[DONE]"});
    BOOST_TEST(streaming == " call_0:f(" + answer->calls.at(0).arguments + ")");
    return answer->calls.at(0).arguments;
  };
  BOOST_TEST(arguments_of("[1]") == "[1]");
  BOOST_TEST(arguments_of("[]") == "[]");
  BOOST_TEST(arguments_of("7") == "7");
  BOOST_TEST(arguments_of("false") == "false");
  BOOST_TEST(arguments_of(R"({"a":1})") == R"({"a":1})");
  BOOST_TEST(arguments_of("null") == "");
  BOOST_TEST(arguments_of(R"("{\"a\":1}")") == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(calls_that_are_no_array_are_no_answer) {
  for (const char* odd : {"{}", R"({"0":{"function":{"name":"f"}}})", R"("f")", "1", "true"}) {
    const auto member = R"({"content":"I call it.","tool_calls":)" + std::string(odd) + "}";
    BOOST_TEST(!read_chat_answer(completion(member)), odd);
    BOOST_TEST(streamed({delta(member), delta("{}", R"("stop")"), "[DONE]"}).starts_with("error: "),
               odd);
  }
  BOOST_TEST(bool(read_chat_answer(completion(R"({"content":"x","tool_calls":null})"))));
  BOOST_TEST(streamed({delta(R"({"content":"x","tool_calls":null})"), "[DONE]"}) == "x");
}

BOOST_AUTO_TEST_CASE(a_piece_without_an_index_joins_no_other_call) {
  BOOST_TEST(
      streamed(
          {delta(R"({"tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}},)"
                 R"({"id":"b","function":{"name":"g","arguments":"{}"}}]})"),
           "[DONE]"}) == " a:f({}) b:g({})");
}

BOOST_AUTO_TEST_CASE(what_an_answer_costs_is_never_less_than_its_parts) {
  const auto total_of = [](const std::string& usage) {
    const auto answer = read_chat_answer(completion(R"({"content":"x"})", R"(,"usage":)" + usage));
    BOOST_TEST_REQUIRE(bool(answer));
    return answer->tokens ? static_cast<std::int64_t>(answer->tokens->total) : -1;
  };
  BOOST_TEST(total_of(R"({"prompt_tokens":10,"completion_tokens":2})") == 12);
  BOOST_TEST(total_of(R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":1})") == 12);
  BOOST_TEST(total_of(R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":20})") == 20);
  // Nothing was told, and so it is estimated.
  for (const char* none : {"{}", "null", "7", R"({"total_tokens":0})", R"({"total_tokens":-5})",
                           R"({"prompt_tokens":"many"})"})
    BOOST_TEST(total_of(none) == -1, none);
}

BOOST_AUTO_TEST_CASE(an_answer_is_unfinished_where_it_was_cut_off_or_says_that_it_wants_more) {
  struct row {
    const char* content;
    bool calls;
    const char* finish;
    bool whole;
  };
  const row rows[] = {
      {"x", false, "stop", true},       {"x", false, "", true},
      {"x", false, "a word", true},     {"", true, "tool_calls", true},
      {"x", true, "stop", true},        {"", false, "stop", false},
      {"x", false, "length", false},    {"x", true, "length", false},
      {"", true, "max_tokens", false},  {"x", true, "content_filter", false},
      {"x", false, "error", false},     {"x", false, "tool_calls", false},
      {"", false, "tool_calls", false}, {"x", false, "function_call", false},
  };
  for (const auto& each : rows) {
    chat_answer answer;
    answer.content = each.content;
    if (each.calls) answer.calls.push_back({"a", "f", "{}"});
    answer.finish_reason = each.finish;
    BOOST_TEST(unfinished(answer).empty() == each.whole, each.finish << " " << each.content);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_never_ends_is_over_a_limit_whatever_it_is_made_of) {
  const std::string large(std::size_t{1} << 20U, 'x');
  const std::string pieces[] = {
      R"({"content":")" + large + R"("})", R"({"reasoning":")" + large + R"("})",
      R"({"tool_calls":[{"index":0,"function":{"name":")" + large + R"("}}]})",
      R"({"tool_calls":[{"index":0,"function":{"arguments":")" + large + R"("}}]})",
      R"({"tool_calls":[{"index":3,"id":")" + large + R"("}]})"};
  for (const auto& each : pieces) {
    chat_stream stream;
    std::size_t taken = 0;
    while (taken < 20 && stream.feed(delta(each))) ++taken;
    BOOST_TEST(taken == 16u);
    const auto answer = stream.finish();
    BOOST_TEST_REQUIRE(!answer);
    BOOST_TEST(answer.failure().detail == "the answer is over its limit");
  }
}

BOOST_AUTO_TEST_CASE(what_an_endpoint_tells_of_the_thinking_is_kept_apart_from_the_answer) {
  for (const char* name : {"reasoning_content", "reasoning"}) {
    const auto member = [&](const char* text) {
      return R"({"content":"x",")" + std::string(name) + R"(":")" + text + R"("})";
    };
    const auto whole = read_chat_answer(completion(member("because")));
    BOOST_REQUIRE(whole);
    BOOST_TEST(whole->reasoning == "because");
    BOOST_TEST(whole->content == "x");
    chat_stream stream;
    for (const char* part : {"be", "cause"}) BOOST_TEST(stream.feed(delta(member(part))));
    BOOST_TEST(!stream.feed("[DONE]"));
    const auto answer = stream.finish();
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->reasoning == "because");
    // It is never said again.
    BOOST_TEST(assistant_message(*answer).dump().find("because") == std::string::npos);
  }
  const auto odd = read_chat_answer(completion(R"({"content":"x","reasoning":{"a":1}})"));
  BOOST_REQUIRE(odd);
  BOOST_TEST(odd->reasoning.empty());
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_is_no_answer) {
  const auto hello = delta(R"({"content":"Hel"})");
  BOOST_TEST(streamed({hello}).find("error: the stream ended in the middle") == 0u);
  BOOST_TEST(streamed({}).find("error: the stream ended in the middle") == 0u);
  BOOST_TEST(streamed({hello, R"({"choices":[{"del)"}).find("is no JSON") != std::string::npos);
  BOOST_TEST(streamed({hello, R"({"error":{"message":"overloaded"}})", "[DONE]"}) ==
             "error: the endpoint says: overloaded");
  BOOST_TEST(streamed({delta(R"({"tool_calls":[{"index":64,"id":"a"}]})"), "[DONE]"})
                 .find("more than 64 calls") != std::string::npos);
  const auto half = delta(
      R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]})");
  BOOST_TEST(streamed({half}).find("error: the stream ended in the middle") == 0u);
  // Some endpoints never say [DONE].
  BOOST_TEST(streamed({hello, delta("{}", R"("stop")")}) == "Hel");
}

BOOST_AUTO_TEST_SUITE_END()
