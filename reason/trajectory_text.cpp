#include "reason/trajectory_text.hpp"

#include "node/reply_json.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace toolscore::reason {
namespace {

/// Cut at a character, so that what is kept stays UTF-8.
std::string kept(const std::string& text) {
  if (text.size() <= kept_bytes_max) return text;
  auto end = kept_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + " [cut: " + std::to_string(text.size()) + " bytes]";
}

json kept_value(const json& value) {
  auto text = compact(value);
  if (text.size() <= kept_bytes_max) return value;
  const auto size = text.size();
  return {{"truncated", true}, {"bytes", size}, {"start", kept(text)}};
}

double seconds(const moment& begun, const moment& ended) {
  return std::chrono::duration<double>(ended.steady - begun.steady).count();
}

json timing(const moment& begun, const moment& ended) {
  return {{"start", time_text(begun.wall)},
          {"end", time_text(ended.wall)},
          {"seconds", seconds(begun, ended)}};
}

/// The step that failed; of a call that asks its client, the one that was not reached.
const char* category(const four_outcomes& x) {
  if (x.admission == outcome::failed) return "admission";
  if (x.transport == outcome::failed) return "transport";
  return x.rpc == outcome::failed ? "rpc" : "tool";
}

/// Whether the same call may go well later without a change of it.
bool may_pass(call_fate fate) {
  switch (fate) {
  case call_fate::queue_full:
  case call_fate::timed_out:
  case call_fate::died:
  case call_fate::hung:
  case call_fate::no_answer:
    return true;
  default:
    return false;
  }
}

json raw_response(const call_answer& answer) {
  if (answer.result) return {{"result", kept_value(*answer.result)}};
  if (answer.failure) return {{"error", kept_value(*answer.failure)}};
  return nullptr;
}

json structured_error(const made_call& call, call_fate fate, const std::string& why) {
  const auto& failure = call.answer.failure ? *call.answer.failure : json();
  return {{"type", to_string(fate)},
          {"severity", "error"},
          {"category", category(outcomes_of(fate))},
          {"details", kept(why)},
          {"is_recoverable", may_pass(fate)},
          {"retry_count", 0},
          {"code", member_of(failure, "code")},
          {"facts", member_of(member_of(failure, "data"), "toolscore")}};
}

json execution(const made_call& call, std::size_t index) {
  const auto fate = fate_of(call.answer);
  const auto outcomes = outcomes_of(fate);
  const bool good = is_success(outcomes);
  const auto why = failure_line(call.answer);
  json out;
  out["execution_index"] = index;
  if (!call.id.empty()) out["tool_call_id"] = call.id;
  out["action"] = {
      {"service", call.server}, {"tool", call.tool}, {"input", kept_value(call.arguments)}};
  out["execution_timing"] = timing(call.answer.begun, call.answer.ended);
  out["toolscore_request"] = {{"endpoint", call.endpoint}, {"method", "tools/call"}};
  out["toolscore_raw_response"] = raw_response(call.answer);
  out["formatted_result_for_llm"] = call.told.empty() ? json() : json(kept(call.told));
  out["execution_status"] = good ? "success" : "failed";
  out["failure"] = good ? json() : json(to_string(fate));
  out["outcomes"] = {{"admission", to_string(outcomes.admission)},
                     {"transport", to_string(outcomes.transport)},
                     {"rpc", to_string(outcomes.rpc)},
                     {"tool", to_string(outcomes.tool)}};
  out["error_details"] = good ? json() : json(kept(why));
  out["structured_error"] = good ? json() : structured_error(call, fate, why);
  return out;
}

json tokens(const token_count& x) {
  return {{"prompt_tokens", x.prompt},
          {"completion_tokens", x.completion},
          {"total_tokens", x.total},
          {"estimated", x.estimated}};
}

/// Without the noise of binary fractions: to the billionth.
double price_of(std::uint64_t count, double price_a_million) {
  return std::round(static_cast<double>(count) * price_a_million * 1e3) / 1e9;
}

json cost(const token_count& x, const std::optional<token_prices>& prices) {
  if (!prices) return nullptr;
  const auto prompt = price_of(x.prompt, prices->prompt);
  const auto completion = price_of(x.completion, prices->completion);
  return {{"prompt", prompt},
          {"completion", completion},
          {"total", std::round((prompt + completion) * 1e9) / 1e9},
          {"currency", prices->currency.empty() ? json() : json(prices->currency)},
          {"estimated", x.estimated}};
}

/// What was read of a model's answer, and what could not be.
json parsing(const task_step& step) {
  auto actions = json::array();
  auto errors = json::array();
  for (const auto& call : step.calls)
    if (call.unparsed.empty())
      actions.push_back({{"tool_call_id", call.id}, {"service", call.server}, {"tool", call.tool}});
    else
      errors.push_back({{"tool_call_id", call.id},
                        {"function", call.key()},
                        {"error", call.unparsed},
                        {"arguments", kept_value(call.arguments)}});
  const auto& turn = *step.model;
  const bool concludes = step.calls.empty() && !turn.content.empty();
  return {{"think", turn.reasoning.empty() ? json() : json(kept(turn.reasoning))},
          {"answer", concludes ? json(kept(turn.content)) : json()},
          {"parsed_actions", actions},
          {"errors", errors}};
}

json interaction(const model_turn& turn, const std::optional<token_prices>& prices) {
  return {{"model", turn.model},
          {"messages", turn.messages},
          {"content", kept(turn.content)},
          {"raw_response", kept(turn.raw)},
          {"finish_reason", turn.finish_reason},
          {"token_usage", tokens(turn.tokens)},
          {"cost", cost(turn.tokens, prices)},
          {"retries", turn.retries}};
}

json step_object(const task_step& step, std::size_t index,
                 const std::optional<token_prices>& prices) {
  json out;
  out["index"] = index;
  out["start"] = time_text(step.begun.wall);
  out["end"] = time_text(step.ended.wall);
  out["duration"] = seconds(step.begun, step.ended);
  out["llm_interaction"] = step.model ? interaction(*step.model, prices) : json();
  out["parsing_stage"] = step.model ? parsing(step) : json();
  out["tool_executions"] = json::array();
  for (std::size_t i = 0; i < step.calls.size(); ++i)
    out["tool_executions"].push_back(execution(step.calls[i], i));
  out["errors"] = step.errors;
  return out;
}

/// The last thing that was said: by the model, else by the last call.
std::string final_text(const task_record& record) {
  if (record.answer) return *record.answer;
  for (auto step = record.steps.rbegin(); step != record.steps.rend(); ++step)
    if (!step->calls.empty()) return text_of_answer(step->calls.back().answer);
  return {};
}

json raw_text(const task_record& record) {
  for (auto step = record.steps.rbegin(); step != record.steps.rend(); ++step) {
    if (step->model) return kept(step->model->raw);
    if (!step->calls.empty()) return raw_response(step->calls.back().answer);
  }
  return nullptr;
}

/// Of each tool that was called: whether all of its calls succeeded.
json used_tools(const task_record& record) {
  std::map<std::string, bool> used;
  for (const auto& step : record.steps)
    for (const auto& call : step.calls) {
      const bool good = is_success(outcomes_of(fate_of(call.answer)));
      const auto at = used.emplace(call.key(), true).first;
      at->second = at->second && good;
    }
  auto out = json::object();
  for (const auto& [key, good] : used) out[key] = good;
  return out;
}

json model_metrics(const task_record& record) {
  token_count all;
  std::size_t turns = 0;
  std::size_t unparsed = 0;
  for (const auto& step : record.steps) {
    if (!step.model) continue;
    for (const auto& call : step.calls) unparsed += call.unparsed.empty() ? 0 : 1;
    ++turns;
    all.prompt += step.model->tokens.prompt;
    all.completion += step.model->tokens.completion;
    all.total += step.model->tokens.total;
    all.estimated = all.estimated || step.model->tokens.estimated;
  }
  auto out = tokens(all);
  out["interactions"] = turns;
  out["parse_failures"] = unparsed;
  out["cost"] = cost(all, record.prices);
  return out;
}

} // namespace

std::string time_text(std::chrono::system_clock::time_point at) {
  using namespace std::chrono;
  const auto ms = floor<milliseconds>(at);
  const auto day = floor<days>(ms);
  const year_month_day date{day};
  const hh_mm_ss time{ms - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()),
                int(time.subseconds().count()));
  return text.data();
}

std::string trajectory_line(const task& what, const task_record& record) {
  const auto verdict = judge(what, record);
  json out;
  out["timestamp"] = time_text(record.begun.wall);
  out["trajectory_id"] = record.trajectory;
  out["task_id"] = what.id;
  out["task_description"] = what.description;
  out["kind"] = what.scripted() ? "scripted" : "model";
  out["duration"] = seconds(record.begun, record.ended);
  out["success"] = verdict.success;
  out["conclusion"] = kept(conclusion_text(what, record));
  out["error_message"] = verdict.success ? json() : json(kept(verdict.why));
  out["final_result"] = kept(final_text(record));
  out["raw_response"] = raw_text(record);
  out["calls"] = {{"total", verdict.calls},
                  {"failed", verdict.failed},
                  {"failed_as_expected", verdict.failed_as_expected}};
  out["steps"] = json::array();
  for (std::size_t i = 0; i < record.steps.size(); ++i)
    out["steps"].push_back(step_object(record.steps[i], i, record.prices));
  out["available_tools"] = record.available_tools;
  if (!record.available_fault.empty()) out["available_tools_error"] = record.available_fault;
  out["used_tools"] = used_tools(record);
  out["llm_metrics"] = model_metrics(record);
  return compact(out);
}

} // namespace toolscore::reason
