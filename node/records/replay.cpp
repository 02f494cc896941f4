#include "node/records/replay.hpp"

#include "mcp/answers.hpp"
#include "node/printable.hpp"
#include "node/tool_error.hpp"

namespace toolscore {
namespace {

constexpr std::size_t shown_bytes = 80;
constexpr std::string_view hidden_mark = "[redacted]";

call_ending ending_of(const reply_json& line) {
  const auto failed = [&](std::string_view step) { return text_of(line, step) == "failed"; };
  // An older node has written what asks down as a success.
  const bool success = member_of(line, "success") == true;
  if (member_of(line, "needs_input") == true ||
      (success && asks_for_input(member_of(line, "result"))))
    return call_ending::input;
  if (success) return call_ending::success;
  if (failed("rpc")) return call_ending::rpc;
  if (failed("tool_outcome")) return call_ending::tool;
  // An older node has told it by its words alone.
  const auto ended = text_of(line, "ended");
  const bool hung = ended.empty() ? mcp::tells_hung(text_of(line, "failure"))
                                  : ended == to_string(gone_kind::hung);
  return hung ? call_ending::hung : call_ending::node;
}

std::string reason_to_skip(const reply_json& line) {
  if (member_of(line, "gap").is_object()) return "records are missing here";
  if (text_of(line, "method") != "tools/call") return "it is no tools/call";
  if (member_of(line, "truncated") == true) return "it was too long to be kept whole";
  if (ending_of(line) == call_ending::input)
    return "it asked its client for input, and here nobody answers";
  const auto& arguments = member_of(line, "arguments");
  if (!arguments.is_object() && !arguments.is_null()) return "its arguments are no object";
  if (compact(arguments).find(hidden_mark) != std::string::npos)
    return "a secret in its arguments was hidden";
  return {};
}

reply_json without_extras(reply_json result) {
  if (result.is_object())
    for (const char* name : {"_meta", "resultType", "ttlMs", "cacheScope"}) result.erase(name);
  return result;
}

std::string shown(const reply_json& value) {
  return cut_to_width(printable(compact(value)), shown_bytes);
}

/// Whether `is` may be what `was` said before the records hid its secrets, of which nothing is
/// known.
bool fits_hidden(const reply_json& was, const reply_json& is) {
  if (!was.is_string()) return false;
  std::string_view kept = was.get_ref<const std::string&>();
  if (kept == hidden_mark) return true;
  auto mark = kept.find(hidden_mark);
  if (mark == kept.npos || !is.is_string()) return false;
  std::string_view text = is.get_ref<const std::string&>();
  if (!text.starts_with(kept.substr(0, mark))) return false;
  text.remove_prefix(mark);
  for (;;) {
    kept.remove_prefix(mark + hidden_mark.size());
    mark = kept.find(hidden_mark);
    if (mark == kept.npos) return text.ends_with(kept);
    const auto at = text.find(kept.substr(0, mark));
    if (at == text.npos) return false;
    text.remove_prefix(at + mark);
  }
}

std::string below(std::string path, std::string_view name) {
  return path.append("/").append(name);
}

/// The values at which both differ, depth first; `path` is a JSON pointer.
void compare(const reply_json& was, const reply_json& is, const std::string& path,
             std::vector<std::string>& out) {
  if (out.size() > differences_max || was == is || fits_hidden(was, is)) return;
  const auto name = path.empty() ? std::string("result") : path;
  if (was.is_object() && is.is_object()) {
    for (const auto& [key, value] : was.items())
      if (is.contains(key))
        compare(value, is.at(key), below(path, key), out);
      else
        out.push_back(below(name, key).append(": gone, was ").append(shown(value)));
    for (const auto& [key, value] : is.items())
      if (!was.contains(key))
        out.push_back(below(name, key).append(": new, ").append(shown(value)));
  } else if (was.is_array() && is.is_array() && was.size() == is.size()) {
    for (std::size_t i = 0; i < was.size(); ++i)
      compare(was[i], is[i], below(path, std::to_string(i)), out);
  } else {
    out.push_back(name + ": " + shown(is) + ", was " + shown(was));
  }
}

} // namespace

const char* to_string(call_ending x) noexcept {
  switch (x) {
  case call_ending::success:
    return "success";
  case call_ending::node:
    return "no answer of its server";
  case call_ending::hung:
    return "a server that hung";
  case call_ending::rpc:
    return "a JSON-RPC error";
  case call_ending::tool:
    return "isError";
  case call_ending::input:
    return "a question to its client";
  }
  return "";
}

replay_step step_of(const reply_json& line) {
  replay_step step;
  step.number = number_of(line, "number");
  step.server = text_of(line, "server");
  step.tool = text_of(line, "tool");
  step.arguments = member_of(line, "arguments");
  step.ending = ending_of(line);
  step.result = member_of(line, "result");
  step.skip = reason_to_skip(line);
  return step;
}

replayed_answer answer_of(const reply_json& response) {
  replayed_answer answer;
  const auto& failure = member_of(response, "error");
  if (!failure.is_null()) {
    const auto& facts = member_of(member_of(failure, "data"), "toolscore");
    answer.ending = facts.is_object() ? call_ending::node : call_ending::rpc;
    if (text_of(facts, "ended") == to_string(gone_kind::hung)) answer.ending = call_ending::hung;
    answer.result = failure;
    return answer;
  }
  answer.result = member_of(response, "result");
  if (says_tool_error(answer.result))
    answer.ending = call_ending::tool;
  else if (asks_for_input(answer.result))
    answer.ending = call_ending::input;
  return answer;
}

std::vector<std::string> differences(const replay_step& was, const replayed_answer& is) {
  std::vector<std::string> out;
  if (was.ending != is.ending) {
    out.push_back(std::string("it ended with ") + to_string(is.ending) + ", was " +
                  to_string(was.ending));
    return out;
  }
  // What the node says of a failure has times and numbers of its own.
  if (was.ending == call_ending::node || was.ending == call_ending::hung) return out;
  compare(without_extras(was.result), without_extras(is.result), {}, out);
  if (out.size() > differences_max) {
    out.resize(differences_max);
    out.emplace_back("and more");
  }
  return out;
}

} // namespace toolscore
