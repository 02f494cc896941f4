#include "reason/call_fate.hpp"

#include "messages/server_state.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "node/tool_error.hpp"

#include <array>

namespace toolscore::reason {
namespace {

struct row {
  call_fate fate;
  const char* name;
  four_outcomes outcomes;
};

constexpr outcome none = outcome::not_reached;
constexpr outcome good = outcome::ok;
constexpr outcome bad = outcome::failed;

constexpr std::array<row, call_fate_count> rows{{
    {call_fate::success, "success", {good, good, good, good}},
    {call_fate::not_made, "not_made", {bad, none, none, none}},
    {call_fate::refused, "refused", {bad, none, none, none}},
    {call_fate::queue_full, "queue_full", {bad, none, none, none}},
    {call_fate::timed_out, "timed_out", {good, bad, none, none}},
    {call_fate::died, "died", {good, bad, none, none}},
    {call_fate::hung, "hung", {good, bad, none, none}},
    {call_fate::cancelled, "cancelled", {good, bad, none, none}},
    {call_fate::no_answer, "no_answer", {good, bad, none, none}},
    {call_fate::rpc_error, "rpc_error", {good, good, bad, none}},
    {call_fate::tool_error, "tool_error", {good, good, good, bad}},
    {call_fate::needs_input, "needs_input", {good, good, good, none}},
}};

const row& row_of(call_fate fate) noexcept {
  return rows[static_cast<std::size_t>(fate)];
}

/// By the word that a node gives programs (errc). An error without it is the server's own, unless
/// the node says by its status that there is no such place or no right to it.
call_fate fate_of_failure(const json& failure, int status) {
  const auto& facts = member_of(member_of(failure, "data"), "toolscore");
  const auto code = text_of(facts, "code");
  if (code.empty())
    return status == 401 || status == 403 || status == 404 ? call_fate::refused
                                                           : call_fate::rpc_error;
  if (code == to_string(errc::queue_full)) return call_fate::queue_full;
  if (code == to_string(errc::call_timed_out)) return call_fate::timed_out;
  if (code == to_string(errc::cancelled)) return call_fate::cancelled;
  if (code == to_string(errc::server_gone))
    return text_of(facts, "ended") == to_string(gone_kind::hung) ? call_fate::hung
                                                                 : call_fate::died;
  for (const auto each : {errc::bad_answer, errc::too_large, errc::io_failed})
    if (code == to_string(each)) return call_fate::no_answer;
  return call_fate::refused;
}

call_fate fate_of_silence(const error& why) {
  switch (why.code) {
  case errc::call_timed_out:
    return call_fate::timed_out;
  case errc::cancelled:
    return call_fate::cancelled;
  case errc::queue_full:
    return call_fate::queue_full;
  case errc::bad_request:
  case errc::stopping:
    return call_fate::not_made;
  case errc::io_failed:
  case errc::bad_answer:
  case errc::too_large:
    return call_fate::no_answer;
  case errc::server_gone: // Nobody accepts connections: it has not been sent.
  default:
    return call_fate::refused;
  }
}

} // namespace

const char* to_string(call_fate x) noexcept {
  return row_of(x).name;
}

std::optional<call_fate> fate_named(std::string_view name) noexcept {
  for (const auto& each : rows)
    if (each.name == name) return each.fate;
  return std::nullopt;
}

four_outcomes outcomes_of(call_fate fate) noexcept {
  return row_of(fate).outcomes;
}

bool is_success(const four_outcomes& x) noexcept {
  return x.admission == good && x.transport == good && x.rpc == good && x.tool == good;
}

call_fate fate_of(const call_answer& answer) {
  if (answer.unanswered) return fate_of_silence(*answer.unanswered);
  if (answer.failure) return fate_of_failure(*answer.failure, answer.status);
  if (!answer.result || !answer.result->is_object()) return call_fate::no_answer;
  const auto& result = *answer.result;
  if (says_tool_error(result)) return call_fate::tool_error;
  return asks_for_input(result) ? call_fate::needs_input : call_fate::success;
}

std::string failure_line(const call_answer& answer) {
  switch (fate_of(answer)) {
  case call_fate::success:
    return {};
  case call_fate::tool_error:
    return "the tool says that it failed: " + printable(text_of_answer(answer));
  case call_fate::needs_input:
    return "the tool asks its client something, which nobody here can answer";
  default:
    break;
  }
  if (answer.unanswered) return printable(answer.unanswered->detail);
  if (!answer.failure) return "the answer holds no result";
  const auto code = text_of(*answer.failure, "code");
  return "error " + (code.empty() ? "without a code" : code) + ": " +
         printable(text_of(*answer.failure, "message"));
}

std::string text_of_answer(const call_answer& answer) {
  if (answer.unanswered) return answer.unanswered->detail;
  if (answer.failure) return text_of(*answer.failure, "message");
  std::string out;
  bool first = true;
  if (!answer.result) return out;
  const auto& content = member_of(*answer.result, "content");
  if (!content.is_array()) return out;
  for (const auto& item : content) {
    if (text_of(item, "type") != "text") continue;
    if (!first) out += '\n';
    first = false;
    out += text_of(item, "text");
  }
  return out;
}

} // namespace toolscore::reason
