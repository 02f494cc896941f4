#include "reason/chat/chat_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <algorithm>
#include <set>

namespace toolscore::reason {
namespace {

constexpr std::size_t content_bytes_max = std::size_t{16} << 20U; ///< Of all of an answer.
constexpr std::size_t quoted_max = 200;

std::optional<token_count> tokens_of(const json& body) {
  const auto& usage = member_of(body, "usage");
  if (!usage.is_object()) return std::nullopt;
  const auto count = [&](const char* key) {
    const auto x = number_of(usage, key);
    return x < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(x);
  };
  token_count out{count("prompt_tokens"), count("completion_tokens"), count("total_tokens"), false};
  // No limit of the task's is to be had around by what an endpoint tells of itself.
  out.total = std::max(out.total, out.prompt + out.completion);
  if (out.total == 0) return std::nullopt; // Which no answer costs: nothing was told.
  return out;
}

std::string reasoning_of(const json& message) {
  const auto& told = member_of(message, "reasoning_content");
  return told.is_string()                              ? text_of(message, "reasoning_content")
         : member_of(message, "reasoning").is_string() ? text_of(message, "reasoning")
                                                       : std::string();
}

/// What an answer says of an error; empty where it tells none.
std::string error_of(const json& body) {
  const auto& failure = member_of(body, "error");
  if (failure.is_null()) return {};
  auto text = failure.is_string() ? failure.get<std::string>() : text_of(failure, "message");
  return "the endpoint says: " +
         cut_to_width(printable(text.empty() ? compact(failure) : text), quoted_max);
}

/// Each call is to be answered exactly once, by its id.
void settle_ids(std::vector<chat_call>& calls) {
  std::set<std::string> seen;
  std::size_t number = 0;
  for (auto& x : calls)
    while (x.id.empty() || !seen.insert(x.id).second) x.id = "call_" + std::to_string(number++);
}

result<chat_answer> settled(chat_answer answer) {
  if (answer.calls.size() > chat_calls_max)
    return error{errc::bad_answer, "the model wants " + std::to_string(answer.calls.size()) +
                                       " calls at once, at most " + std::to_string(chat_calls_max) +
                                       " are made"};
  settle_ids(answer.calls);
  return answer;
}

chat_call call_from(const json& x) {
  const auto& function = member_of(x, "function");
  const auto& arguments = member_of(function, "arguments");
  // Some endpoints write the object itself. What is neither is kept, to be told as what it is.
  const bool plain = arguments.is_null() || arguments.is_string();
  return {text_of(x, "id"), text_of(function, "name"),
          plain ? text_of(function, "arguments") : compact(arguments)};
}

} // namespace

std::string chat_request(const std::string& model, const json& messages,
                         const std::vector<model_tool>& tools, bool stream) {
  json body{{"model", model}, {"messages", messages}};
  for (const auto& x : tools)
    body["tools"].push_back(
        {{"type", "function"},
         {"function",
          {{"name", x.function}, {"description", x.description}, {"parameters", x.parameters}}}});
  if (stream) {
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
  }
  return compact(body);
}

std::string unfinished(const chat_answer& answer) {
  const auto& reason = answer.finish_reason;
  for (const char* word : {"length", "max_tokens", "content_filter", "error"})
    if (reason == word) return "the model's answer was cut off (" + reason + ")";
  if (answer.calls.empty() && (reason == "tool_calls" || reason == "function_call"))
    return "the model's answer ends for a call (" + reason + ") and names none";
  if (answer.calls.empty() && answer.content.empty())
    return "the model gave neither an answer nor a call";
  return {};
}

json assistant_message(const chat_answer& answer) {
  json out{{"role", "assistant"}};
  out["content"] = answer.content.empty() ? json() : json(answer.content);
  for (const auto& x : answer.calls)
    out["tool_calls"].push_back({{"id", x.id},
                                 {"type", "function"},
                                 {"function", {{"name", x.function}, {"arguments", x.arguments}}}});
  return out;
}

json tool_message(const std::string& id, const std::string& content) {
  return {{"role", "tool"}, {"tool_call_id", id}, {"content", content}};
}

result<chat_answer> read_chat_answer(std::string_view body) {
  const auto none = [&] {
    return error{errc::bad_answer,
                 "the answer is no chat completion: " + cut_to_width(printable(body), quoted_max)};
  };
  const auto value = read_json(body);
  if (!value || !value->is_object()) return none();
  if (auto why = error_of(*value); !why.empty()) return error{errc::bad_answer, why};
  const auto& choices = member_of(*value, "choices");
  if (!choices.is_array() || choices.empty()) return none();
  const auto& message = member_of(choices[0], "message");
  if (!message.is_object()) return none();
  chat_answer out;
  out.content = text_of(message, "content");
  out.reasoning = reasoning_of(message);
  out.finish_reason = text_of(choices[0], "finish_reason");
  out.tokens = tokens_of(*value);
  out.raw = body;
  const auto& calls = member_of(message, "tool_calls");
  if (!calls.is_null() && !calls.is_array()) return none();
  for (const auto& x : calls) out.calls.push_back(call_from(x));
  return settled(std::move(out));
}

bool chat_stream::fail(const std::string& why) {
  if (fault_.empty()) fault_ = why;
  return false;
}

bool chat_stream::feed(std::string_view data) {
  if (data == "[DONE]") {
    done_ = true;
    return false;
  }
  const auto value = read_json(data);
  if (!value || !value->is_object())
    return fail("an event of the stream is no JSON: " + cut_to_width(printable(data), quoted_max));
  if (auto why = error_of(*value); !why.empty()) return fail(why);
  if (auto tokens = tokens_of(*value)) answer_.tokens = tokens;
  const auto& choices = member_of(*value, "choices");
  if (!choices.is_array() || choices.empty()) return true; // Usage comes so.
  return take_delta(choices[0]);
}

bool chat_stream::take_delta(const json& choice) {
  const auto& delta = member_of(choice, "delta");
  answer_.content += text_of(delta, "content");
  answer_.reasoning += reasoning_of(delta);
  if (auto why = text_of(choice, "finish_reason"); !why.empty()) answer_.finish_reason = why;
  const auto& calls = member_of(delta, "tool_calls");
  if (!calls.is_null() && !calls.is_array())
    return fail("the calls of an event are no array: " +
                cut_to_width(printable(compact(calls)), quoted_max));
  if (!take_calls(calls)) return false;
  const auto taken = answer_.content.size() + answer_.reasoning.size() + calls_bytes_;
  return taken <= content_bytes_max || fail("the answer is over its limit");
}

bool chat_stream::take_calls(const json& calls) {
  for (const auto& piece : calls) {
    // A piece without an index is a call of its own.
    const auto& index = member_of(piece, "index");
    const auto next = calls_.empty() ? std::size_t{0} : calls_.rbegin()->first + 1;
    const auto at = index.is_number_unsigned() ? index.get<std::size_t>() : next;
    if (at >= chat_calls_max)
      return fail("the model wants more than " + std::to_string(chat_calls_max) + " calls at once");
    auto& call = calls_[at];
    const auto part = call_from(piece);
    if (call.id.empty()) call.id = part.id;
    call.function += part.function;
    call.arguments += part.arguments;
    calls_bytes_ += part.id.size() + part.function.size() + part.arguments.size();
  }
  return true;
}

result<chat_answer> chat_stream::finish() {
  if (!fault_.empty()) return error{errc::bad_answer, fault_};
  if (!done_ && answer_.finish_reason.empty())
    return error{errc::io_failed, "the stream ended in the middle of the answer"};
  for (auto& [index, call] : calls_) answer_.calls.push_back(std::move(call));
  answer_.raw = compact(assistant_message(answer_));
  return settled(std::move(answer_));
}

} // namespace toolscore::reason
