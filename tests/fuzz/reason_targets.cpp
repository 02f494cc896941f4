#include "mcp/event_reader.hpp"
#include "node/reply_json.hpp"
#include "reason/chat/chat_text.hpp"
#include "reason/task.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <set>

namespace toolscore::test {
namespace {

using namespace reason;

constexpr const char* file = "tasks.jsonl";

/// Lines with something in them.
std::size_t lines_of(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (text.substr(0, end).find_first_not_of(" \t\r") != std::string_view::npos) ++count;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

/// A task file is read whole or refused in one line that says where; and what was good stays good.
void check_tasks(std::string_view input) {
  const task_limits limits;
  const auto tasks = read_tasks(input, file, limits);
  const std::string after =
      std::string(input) + "\n" +
      R"({"task_id":"of the fuzzer","description":"d","calls":[{"server":"s","tool":"t"}]})" + "\n";
  const auto again = read_tasks(after, file, limits);
  if (!tasks) {
    const auto& why = tasks.failure().detail;
    expect(why.find('\n') == std::string::npos, "a fault is told in one line");
    expect(why.starts_with(file), "a fault says where it is");
    return;
  }
  expect(tasks->size() <= lines_of(input), "a line is at most one task");
  expect(again && again->size() == tasks->size() + 1, "another line changes none of the others");
  std::set<std::string> ids;
  for (const auto& each : *tasks) {
    expect(!each.id.empty() && ids.insert(each.id).second, "each task has an id of its own");
    expect(!each.description.empty(), "each task is described");
    for (const auto& group : each.groups) {
      expect(!group.empty(), "a step makes at least one call");
      for (const auto& call : group)
        expect(!call.server.empty() && !call.tool.empty() && call.arguments.is_object(),
               "each call names what it calls, with an object");
    }
  }
}

std::string told(const result<chat_answer>& answer) {
  if (!answer) return "error " + answer.failure().detail;
  std::string all =
      answer->content + "|" + answer->reasoning + "|" + answer->finish_reason + "|" + answer->raw;
  for (const auto& x : answer->calls) all += "|" + x.id + ":" + x.function + ":" + x.arguments;
  return all;
}

void check_answer(const result<chat_answer>& answer) {
  if (!answer) {
    expect(!answer.failure().detail.empty(), "a failure says why");
    return;
  }
  expect(answer->calls.size() <= chat_calls_max, "calls are bounded");
  std::set<std::string> ids;
  for (const auto& x : answer->calls)
    expect(!x.id.empty() && ids.insert(x.id).second, "each call can be answered once");
  // What is said again is JSON, whatever the bytes were.
  const auto again = compact(assistant_message(*answer));
  expect(json::accept(again), "what the model said can be repeated");
}

/// The events of a stream, read in pieces of the sizes that `choice` says; 0 = in one.
result<chat_answer> streamed(std::string_view text, std::uint64_t choice) {
  mcp::event_reader reader(1u << 20);
  chat_stream stream;
  std::vector<mcp::stream_event> events;
  bool goes_on = true;
  while (!text.empty() && goes_on) {
    choice = choice * 6364136223846793005U + 1442695040888963407U;
    const auto part =
        choice == 0 ? text.size() : std::min<std::size_t>(text.size(), 1 + (choice >> 33U) % 97);
    events.clear();
    goes_on = reader.feed(text.substr(0, part), events);
    text.remove_prefix(part);
    for (const auto& each : events)
      if (!stream.feed(each.data)) {
        goes_on = false;
        break;
      }
  }
  return stream.finish();
}

/// An answer of a chat endpoint, as a whole and as a stream.
void check_chat(std::string_view input) {
  check_answer(read_chat_answer(input));
  const auto whole = streamed(input, 0);
  check_answer(whole);
  expect(told(whole) == told(streamed(input, choice_of(input))),
         "a stream means the same however it is cut");
}

const std::vector<std::string> task_seeds{
    R"({"task_id":"a","description":"d","calls":[{"server":"s","tool":"t","arguments":{"x":"${calls.0.text}"},)"
    R"("expect":{"is_error":true,"text_contains":["a","b"],"json":{"/isError":false}}}]})",
    R"({"task_id":"p","description":"d","calls":[{"parallel":[{"server":"s","tool":"t"},{"server":"s","tool":"u",)"
    R"("expect":{"fails_as":["died","hung"]}}]}]})",
    R"({"task_id":"m","description":"by a model","servers":["s"],"expect":{"answer_contains":"42","uses":"s.add",)"
    R"("failed_calls":"none_allowed"},"limits":{"steps":2,"seconds":3,"tokens":4}})",
    "# a "
    "comment\n\n{\"task_id\":\"a\",\"description\":\"d\"}\r\n{\"task_id\":\"a\",\"description\":"
    "\"d\"}\n",
};

const std::vector<std::string> chat_seeds{
    R"({"choices":[{"message":{"content":"hi","reasoning_content":"so","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},)"
    R"({"id":"a","function":{"name":"g","arguments":{"x":1}}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"total_tokens":2}})",
    R"({"error":{"message":"no"}})",
    "data: {\"choices\":[{\"delta\":{\"content\":\"a\",\"reasoning\":\"b\"}}]}\n\n"
    "data: "
    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"x\",\"function\":{\"name\":"
    "\"f\"}}]}}]}\n\n"
    ": beat\n\ndata: "
    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]},"
    "\"finish_reason\":\"tool_calls\"}]}\n\ndata: "
    "{\"choices\":[],\"usage\":{\"total_tokens\":5}}\n\ndata: [DONE]\n\n",
    "event: x\r\ndata: {\"choices\":\r\ndata: []}\r\n\r\ndata: {\"error\":\"no\"}\r\n\r\n",
};

} // namespace

std::vector<fuzz_target> reason_targets() {
  return {{"tasks", task_seeds, check_tasks}, {"chat", chat_seeds, check_chat}};
}

} // namespace toolscore::test
