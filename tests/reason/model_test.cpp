#include "reason/chat/model_run.hpp"
#include "reason/trajectory_text.hpp"
#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

using said = std::variant<chat_answer, chat_failure>;

said answer(const std::string& content, const std::string& finish = "stop") {
  chat_answer out;
  out.content = content;
  out.finish_reason = finish;
  out.tokens = token_count{10, 5, 15, false};
  return out;
}
said wants(std::vector<chat_call> calls) {
  chat_answer out;
  out.calls = std::move(calls);
  out.finish_reason = "tool_calls";
  out.tokens = token_count{10, 5, 15, false};
  return out;
}

/// A model that says what it is told to, in order.
struct actor {
  std::vector<said> lines;
  std::vector<json> asked;
  std::vector<std::chrono::milliseconds> pauses;

  model_world world() {
    model_world out;
    out.ask = [this](const std::string& body, std::chrono::milliseconds) {
      asked.push_back(json::parse(body));
      if (lines.empty()) return said(chat_failure{400, {}, "it has no more to say"});
      auto next = lines.front();
      lines.erase(lines.begin());
      return next;
    };
    out.pause = [this](std::chrono::milliseconds time) { pauses.push_back(time); };
    return out;
  }
};

struct played {
  task what;
  task_record record;
  bool success = false;
};

played play(stage& on, actor& model, const std::string& more = {}) {
  played out;
  out.what = read_one(R"({"task_id":"t","description":"add","servers":"s")" + more + "}");
  std::vector<model_tool> tools(2);
  tools[0].server = tools[1].server = "s";
  tools[0].tool = "add";
  tools[1].tool = "sub";
  for (auto& x : tools) x.parameters = json::object();
  name_functions(tools);
  out.record = run_by_model(out.what, tools, {"m", false}, on.world(), model.world());
  out.success = judge(out.what, out.record).success;
  // Whatever happened: each call of an answer is answered once, right behind it.
  for (const auto& body : model.asked) {
    std::set<std::string> open;
    for (const auto& message : body.at("messages")) {
      if (message.at("role") == "tool") {
        BOOST_TEST(open.erase(message.at("tool_call_id").get<std::string>()) == 1u);
        continue;
      }
      BOOST_TEST(open.empty());
      if (message.contains("tool_calls"))
        for (const auto& x : message.at("tool_calls")) open.insert(x.at("id").get<std::string>());
    }
    BOOST_TEST(open.empty());
  }
  return out;
}

std::string last_told(const actor& model) {
  return model.asked.back().at("messages").back().at("content").get<std::string>();
}

} // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(an_answer_without_a_call_is_the_result) {
  stage on;
  actor model{{answer("42")}, {}, {}};
  const auto one = play(on, model);
  BOOST_TEST(one.success);
  BOOST_TEST(*one.record.answer == "42");
  BOOST_TEST(one.record.steps.size() == 1u);
  BOOST_TEST(model.asked[0].at("messages").at(1).at("content") == "add");
  BOOST_TEST(model.asked[0].at("tools").size() == 2u);
}

BOOST_AUTO_TEST_CASE(calls_of_one_answer_are_made_at_once_and_told_in_order) {
  stage on;
  on.answers["s.add"] = {says("3")};
  on.answers["s.sub"] = {says("1")};
  actor model{
      {wants({{"a", "s__add", R"({"x":1})"}, {"b", "s__sub", "{}"}}), answer("done")}, {}, {}};
  const auto one = play(on, model);
  BOOST_TEST(one.success);
  BOOST_REQUIRE(on.asked.size() == 1u);
  BOOST_TEST(on.asked[0].size() == 2u);
  const auto& messages = model.asked[1].at("messages");
  BOOST_TEST(messages.at(3).at("content") == "3");
  BOOST_TEST(messages.at(4).at("content") == "1");
}

BOOST_AUTO_TEST_CASE(what_the_model_gets_wrong_it_is_told_and_no_call_is_made) {
  struct row {
    chat_call call;
    const char* told;
  };
  const row rows[] = {
      {{"a", "nothing", "{}"}, R"(error (not_made): there is no function "nothing")"},
      {{"a", "s__add", "{\"x\":"}, "error (not_made): the arguments are no JSON object"},
      {{"a", "s__add", "[1]"}, "error (not_made): the arguments are no JSON object"},
      {{"a", "s__add", "7"}, "error (not_made): the arguments are no JSON object"},
  };
  for (const auto& each : rows) {
    stage on;
    actor model{{wants({each.call}), answer("done")}, {}, {}};
    const auto one = play(on, model);
    BOOST_TEST(last_told(model) == each.told);
    BOOST_TEST(on.asked.empty());
    BOOST_TEST(!one.success); // It was never made good.
    const auto line = json::parse(trajectory_line(one.what, one.record));
    BOOST_TEST(line.at("llm_metrics").at("parse_failures") == 1);
    const auto& read = line.at("steps").at(0).at("parsing_stage");
    BOOST_TEST(read.at("parsed_actions").empty());
    BOOST_TEST(("error (not_made): " + read.at("errors").at(0).at("error").get<std::string>()) ==
               each.told);
    BOOST_TEST(read.at("errors").at(0).at("tool_call_id") == "a");
  }
  stage on;
  actor model{
      {wants({{"a", "s__add", "{"}}), wants({{"b", "s__add", "  "}}), answer("done")}, {}, {}};
  BOOST_TEST(play(on, model).success);
  BOOST_TEST(on.asked.at(0).at(0).arguments.dump() == "{}");
}

BOOST_AUTO_TEST_CASE(a_model_that_says_done_though_its_call_failed_has_not_succeeded) {
  const call_answer failures[] = {says("no", true), failed({{"code", 1}, {"message", "m"}}),
                                  node_says("server_gone"), node_says("call_timed_out"),
                                  silent(errc::cancelled)};
  for (const auto& each : failures) {
    stage on;
    on.answers["s.add"] = {each};
    actor model{{wants({{"a", "s__add", "{}"}}), answer("All done!")}, {}, {}};
    BOOST_TEST(!play(on, model).success);
    BOOST_TEST(last_told(model).find("error (") == 0u);
  }
  stage on;
  on.answers["s.add"] = {says("no", true), says("3")};
  actor model{
      {wants({{"a", "s__add", "{}"}}), wants({{"b", "s__add", "{}"}}), answer("3")}, {}, {}};
  BOOST_TEST(play(on, model).success);
}

BOOST_AUTO_TEST_CASE(of_parallel_calls_one_that_fails_is_made_good_by_a_later_one_alone) {
  struct row {
    std::vector<call_answer> answers;
    bool success;
  };
  const auto bad = node_says("call_timed_out");
  const row rows[] = {{{says("1"), says("2")}, true},
                      {{bad, says("2")}, false}, // At once: neither makes the other good.
                      {{says("1"), bad}, false},
                      {{bad, bad}, false}};
  for (const auto& each : rows) {
    const auto both = wants({{"a", "s__add", R"({"x":1})"}, {"b", "s__add", R"({"x":2})"}});
    stage on;
    on.answers["s.add"] = each.answers;
    actor model{{both, answer("done")}, {}, {}};
    const auto one = play(on, model);
    BOOST_TEST(one.success == each.success);
    const auto line = json::parse(trajectory_line(one.what, one.record));
    BOOST_TEST(line.at("success") == each.success);
    BOOST_TEST(line.at("used_tools").at("s.add") == each.success);
    stage again;
    again.answers["s.add"] = each.answers;
    actor mends{{both, wants({{"c", "s__add", "{}"}}), answer("done")}, {}, {}};
    BOOST_TEST(play(again, mends).success);
  }
}

BOOST_AUTO_TEST_CASE(calls_of_an_answer_that_was_cut_off_are_not_made) {
  // Cut off before the first byte of its arguments it would be a call without any.
  for (const char* finish : {"length", "content_filter", "max_tokens", "error"}) {
    stage on;
    auto half = std::get<chat_answer>(wants({{"a", "s__add", ""}}));
    half.finish_reason = finish;
    actor model{{half, answer("done")}, {}, {}};
    const auto one = play(on, model);
    BOOST_TEST(on.asked.empty());
    BOOST_TEST(!one.success);
    BOOST_TEST(one.record.stopped ==
               "the model's answer was cut off (" + std::string(finish) + ")");
  }
  stage on;
  actor model{{answer("I call add now.", "tool_calls")}, {}, {}};
  const auto one = play(on, model);
  BOOST_TEST(!one.success);
  BOOST_TEST(!one.record.answer);
}

BOOST_AUTO_TEST_CASE(tokens_that_an_endpoint_tells_as_none_count_all_the_same) {
  stage on;
  const auto again = [] {
    auto out = std::get<chat_answer>(wants({{"a", "s__add", "{}"}}));
    out.raw = std::string(400, 'x');
    out.tokens.reset();
    return said(out);
  };
  actor model{{again(), again(), again(), again(), answer("late")}, {}, {}};
  const auto one = play(on, model, R"(,"limits":{"tokens":400})");
  BOOST_TEST(one.record.stopped.find("400 tokens are used up") != std::string::npos,
             one.record.stopped);
  BOOST_TEST(one.record.steps.size() < 4u);
  BOOST_TEST(!one.success);
}

BOOST_AUTO_TEST_CASE(a_line_tells_what_was_read_of_each_answer_and_what_it_cost) {
  stage on;
  auto first = std::get<chat_answer>(wants({{"a", "s__add", "{\"x\":1}"}, {"b", "s__add", "{"}}));
  first.reasoning = "I add.";
  actor model{{first, answer("42")}, {}, {}};
  auto one = play(on, model);
  const auto line = [&] { return json::parse(trajectory_line(one.what, one.record)); };
  const auto told = line();
  const auto& read = told.at("steps").at(0).at("parsing_stage");
  BOOST_TEST(read.at("think") == "I add.");
  BOOST_TEST(read.at("answer").is_null());
  BOOST_TEST(read.at("parsed_actions").dump() ==
             R"([{"tool_call_id":"a","service":"s","tool":"add"}])");
  BOOST_TEST(
      read.at("errors").dump() ==
      R"([{"tool_call_id":"b","function":"s.add","error":"the arguments are no JSON object",)"
      R"("arguments":"{"}])");
  BOOST_TEST(told.at("steps").at(1).at("parsing_stage").at("answer") == "42");
  BOOST_TEST(told.at("llm_metrics").at("cost").is_null());
  BOOST_TEST(told.at("steps").at(0).at("llm_interaction").at("cost").is_null());
  one.record.prices = token_prices{3, 15, "USD"};
  BOOST_TEST(line().at("steps").at(0).at("llm_interaction").at("cost").dump() ==
             R"({"prompt":3e-05,"completion":7.5e-05,"total":0.000105,"currency":"USD",)"
             R"("estimated":false})");
  BOOST_TEST(line().at("llm_metrics").at("cost").at("total") == 0.00021);
  one.record.prices = token_prices{0.1, 0.2, {}};
  one.record.steps[0].model->tokens.estimated = true;
  const auto cost = line().at("llm_metrics").at("cost");
  BOOST_TEST(cost.at("currency").is_null());
  BOOST_TEST(cost.at("estimated") == true);
  // Of 20 and 10 tokens, without the noise of binary fractions.
  BOOST_TEST(cost.at("prompt") == 0.000002);
  BOOST_TEST(cost.at("total") == 0.000004);
}

BOOST_AUTO_TEST_CASE(limits_end_a_task_and_it_is_no_success) {
  const auto again = [] { return wants({{"a", "s__add", "{}"}}); };
  struct row {
    const char* limits;
    std::size_t steps;
    const char* why;
  };
  const row rows[] = {{R"(,"limits":{"steps":2})", 2, "2 steps are used up"},
                      {R"(,"limits":{"tokens":30})", 2, "30 tokens are used up"},
                      {R"(,"limits":{"seconds":2})", 2, "its time of 2000 ms is over"}};
  for (const auto& each : rows) {
    stage on;
    on.each_call = std::chrono::microseconds{999'600}; // A part of a millisecond is one.
    actor model{{again(), again(), again(), again(), answer("late")}, {}, {}};
    const auto one = play(on, model, each.limits);
    BOOST_TEST(one.record.steps.size() == each.steps);
    BOOST_TEST(one.record.stopped.find(each.why) != std::string::npos, one.record.stopped);
    BOOST_TEST(!one.success);
  }
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_busy_is_asked_again_and_one_that_refuses_is_not) {
  {
    stage on;
    actor model{{chat_failure{429, std::chrono::seconds{2}, "slow down"},
                 chat_failure{500, {}, "oops"}, answer("42")},
                {},
                {}};
    const auto one = play(on, model);
    BOOST_TEST(one.success);
    BOOST_REQUIRE(model.pauses.size() == 2u);
    BOOST_TEST(model.pauses[0].count() == 2'000);
    BOOST_TEST(model.pauses[1].count() == 1'000);
    BOOST_TEST(one.record.steps[0].model->retries.size() == 2u);
  }
  {
    stage on;
    actor model{
        {chat_failure{429, std::chrono::seconds{3'600}, "slow down"}, answer("42")}, {}, {}};
    const auto one = play(on, model, R"(,"limits":{"seconds":60})");
    BOOST_TEST(!one.success);
    BOOST_TEST(model.pauses.empty());
    BOOST_TEST(one.record.stopped == "the model's endpoint gave no answer: slow down; it says to "
                                     "wait 3600 s, and the task has 60000 ms left");
  }
  {
    stage on;
    actor model{std::vector<said>(8, chat_failure{429, {}, "slow down"}), {}, {}};
    const auto one = play(on, model);
    BOOST_TEST(!one.success);
    BOOST_TEST(model.pauses.size() == chat_tries_max - 1);
    BOOST_TEST(one.record.stopped ==
               "the model's endpoint gave no answer: slow down; it was asked 6 times");
  }
  stage on;
  actor model{{chat_failure{401, {}, "who are you?"}, answer("42")}, {}, {}};
  const auto one = play(on, model);
  BOOST_TEST(model.pauses.empty());
  BOOST_TEST(!one.success);
  BOOST_TEST(one.record.stopped == "the model's endpoint gave no answer: who are you?");
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_cut_off_or_is_none_is_no_success) {
  for (const auto& each :
       {answer("half", "length"), answer("", "stop"), answer("x", "content_filter")}) {
    stage on;
    actor model{{each}, {}, {}};
    BOOST_TEST(!play(on, model).success);
  }
}

BOOST_AUTO_TEST_CASE(more_tools_than_a_model_takes_are_told_before_it_is_asked) {
  stage on;
  actor model{{answer("42")}, {}, {}};
  const auto what = read_one(R"({"task_id":"t","description":"d"})");
  const auto record = run_by_model(what, std::vector<model_tool>(functions_max + 1), {"m", false},
                                   on.world(), model.world());
  BOOST_TEST(model.asked.empty());
  BOOST_TEST(record.stopped.find("129 tools") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_result_is_cut_for_the_model) {
  BOOST_TEST(told_text(says(std::string(100'000, 'x'))).size() < 66'000u);
  BOOST_TEST(told_text(answered({{"content", json::array()}, {"structuredContent", {{"n", 1}}}})) ==
             R"({"n":1})");
  BOOST_TEST(told_text(node_says("queue_full", "full")) ==
             "error (queue_full): error -32603: full");
}

BOOST_AUTO_TEST_SUITE_END()
