// What clients bring back: cursors of lists and the state of calls that asked them something.
#include "gateway/asking_exchange.hpp"
#include "gateway/parked_calls.hpp"
#include "mcp/json_text.hpp"
#include "mcp/page_cursor.hpp"
#include "mcp/rounds.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <nlohmann/json.hpp>

namespace toolscore::test {
namespace {

using nlohmann::json;

void check_cursor(std::string_view text) {
  const mcp::cursor_key key{{1, 2}, "all"};
  for (const auto kind : mcp::all_lists)
    if (const auto at = mcp::read_cursor(text, kind, key))
      expect(mcp::write_cursor(*at, kind, key) == text, "a cursor has one spelling");
  const auto choice = choice_of(text);
  const mcp::page_place place{choice, choice >> 7U};
  const auto kind = mcp::served_list::tools;
  auto written = mcp::write_cursor(place, kind, key);
  const auto read = mcp::read_cursor(written, kind, key);
  expect(read && read->generation == place.generation && read->offset == place.offset,
         "a cursor is read back");
  expect(!mcp::read_cursor(written, mcp::served_list::prompts, key), "it is of its own list");
  expect(!mcp::read_cursor(written, kind, {{1, 2}, "other"}), "and of its own endpoint");
  expect(!mcp::read_cursor(written, kind, {{1, 3}, "all"}), "and of its own node");
  const auto at = choice % written.size();
  if (!text.empty() && text.front() != written[at]) {
    written[at] = text.front();
    expect(!mcp::read_cursor(written, kind, key), "a changed one is none");
  }
}

/// Remembers how a call ended.
class ended_call final : public exchange {
public:
  const principal& who() const override { return who_; }
  bool abandoned() const override { return false; }
  void event(bytes) override {}
  void end(int, bytes response) override {
    ++ends;
    text = *response;
  }
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()>) override {}

  int ends = 0;
  std::string text;

private:
  principal who_{"ann", false};
};

bool refused(const ended_call& x) {
  return json::parse(x.text).contains("error");
}

/// A call waits under a state; only its own client, with it and the same call, goes on with it.
void check_parked(std::string_view params) {
  std::vector<std::function<void()>> due;
  parked_calls table(
      {}, [] { return std::string("0123456789abcdef"); },
      [&](auto, std::function<void()> work) { due.push_back(std::move(work)); },
      [] { return parked_calls::time_point{}; });
  const call_identity call{"ann", "/mcp/fs", "tools/call", "t", "{}"};
  const auto first = std::make_shared<ended_call>();
  std::string answer;
  const auto waiting = table.begin(first, "1", call);
  expect(waiting->ask({"elicitation/create", "{}"}, [&](input_response x) { answer = x.json; }) !=
             0,
         "it may be asked");
  due.front()();
  expect(first->ends == 1 && table.size() == 1, "the question ends the request at hand");
  const auto result = json::parse(first->text)["result"];
  const auto ours = result["requestState"].get<std::string>();
  expect(parked_calls::is_ours(ours), "the state is one of ours");
  // Somebody else with the state, and its client with another call.
  for (const auto& other : {call_identity{"bob", "/mcp/fs", "tools/call", "t", "{}"},
                            call_identity{"ann", "/mcp/fs", "tools/call", "u", "{}"},
                            call_identity{"ann", "/mcp/fs", "tools/call", "t", "{\"a\":1}"}}) {
    const auto sink = std::make_shared<ended_call>();
    table.resume(ours, {sink, "2", "", other, "{}"});
    expect(sink->ends == 1 && refused(*sink) && table.size() == 1, "another call gets nothing");
  }
  const auto state = mcp::state_of(params);
  const auto sink = std::make_shared<ended_call>();
  table.resume(state, {sink, "3", "", call, std::string(params)});
  expect(state == ours || (sink->ends == 1 && refused(*sink)), "no other state goes on");
  // With it, whatever is answered: it is malformed and asked again for, or an answer, or none.
  const auto own = std::make_shared<ended_call>();
  if (state == ours) return;
  table.resume(ours, {own, "4", "", call, std::string(params)});
  expect(own->ends <= 1, "a request ends once");
  if (!answer.empty())
    expect(mcp::is_input_response("elicitation/create", answer), "an answer has its shape");
  else
    expect(own->ends == 1, "without an answer it is asked again, or refused");
}

/// Said in another way: by a tree of the same text.
void check_state(std::string_view text) {
  const auto tree = json::parse(text, nullptr, false);
  if (!tree.is_object() || text.find("\\u") != text.npos) return;
  if (const auto asked = mcp::read_input_required(text)) {
    const auto again = mcp::read_input_required(
        mcp::input_required_result(asked->requests, mcp::decode(asked->state)));
    expect(again && again->requests.size() == asked->requests.size(), "as many questions");
    expect(mcp::decode(again->state) == mcp::decode(asked->state), "and the same state");
  }
  if (text.find("requestState", text.find("requestState") + 1) == text.npos) {
    const auto state = tree.find("requestState");
    const bool there = state != tree.end();
    expect(mcp::carries_state(text) == there, "a state is there or not");
    expect(mcp::state_of(text) == (there && state->is_string() ? state->get<std::string>() : ""),
           "and what it is");
  }
  for (const auto& [key, value] : mcp::responses_of(text))
    expect(!json::parse(value, nullptr, false).is_discarded(), "a response is JSON");
  check_parked(text);
}

} // namespace

std::vector<fuzz_target> state_targets() {
  const mcp::cursor_key key{{1, 2}, "all"};
  return {
      {"cursor",
       {mcp::write_cursor({1, 100}, mcp::served_list::tools, key),
        mcp::write_cursor({7, 0}, mcp::served_list::prompts, key), std::string(48, '0'), "",
        std::string(48, 'F')},
       check_cursor},
      {"state",
       {R"({"requestState":"toolscore-1.x","inputResponses":{"1":{"action":"accept","content":{}}}})",
        R"({"inputResponses":{"1":{"action":"cancel"}},"name":"t"})",
        R"({"inputResponses":[],"requestState":7})",
        R"({"inputResponses":{"1":{"action":"no"},"2":{"roots":[]}}})",
        R"({"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}},"requestState":"s"})",
        R"({"requestState":"toolscore-1.0123456789abcdef0123456789abcdef"})"},
       check_state}};
}

} // namespace toolscore::test
