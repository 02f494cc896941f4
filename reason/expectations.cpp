#include "reason/expectations.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <algorithm>

namespace toolscore::reason {
namespace {

constexpr std::size_t shown_width = 160;

std::string shown(const std::string& text) {
  return "\"" + cut_to_width(printable(text), shown_width) + "\"";
}

std::string wrong_fate(const call_expectation& expected, const call_answer& answer) {
  const auto fate = fate_of(answer);
  const bool failed = !is_success(outcomes_of(fate));
  const auto& these = expected.failures;
  const bool as_wanted =
      expected.wants_failure()
          ? failed &&
                (expected.any_failure || std::find(these.begin(), these.end(), fate) != these.end())
          : !failed;
  if (as_wanted) return {};
  return "expected " + expected_text(expected) + ", it is " + to_string(fate) +
         (failed ? " (" + failure_line(answer) + ")" : std::string());
}

std::string wrong_text(const std::vector<std::string>& contains,
                       const std::optional<std::string>& equals, const std::string& text) {
  if (equals && text != *equals)
    return "expected the text " + shown(*equals) + ", it is " + shown(text);
  for (const auto& each : contains)
    if (text.find(each) == text.npos)
      return "expected a text with " + shown(each) + ", it is " + shown(text);
  return {};
}

std::string wrong_value(const std::string& pointer, const json& expected, const json& in) {
  const json::json_pointer at(pointer);
  if (!in.contains(at))
    return "expected " + pointer + " to be " + shown(compact(expected)) + ", it is not there";
  // Values are compared, not how they are written: 1.0 is 1, and members have no order.
  const nlohmann::json is = in.at(at);
  if (is == nlohmann::json(expected)) return {};
  return "expected " + pointer + " to be " + shown(compact(expected)) + ", it is " +
         shown(compact(in.at(at)));
}

} // namespace

std::string expected_text(const call_expectation& expected) {
  if (!expected.wants_failure()) return "success";
  if (expected.any_failure) return "a failure";
  std::string names;
  for (const auto fate : expected.failures)
    names += (names.empty() ? "" : " or ") + std::string(to_string(fate));
  return "a failure (" + names + ")";
}

std::string unmet(const call_expectation& expected, const call_answer& answer) {
  if (auto why = wrong_fate(expected, answer); !why.empty()) return why;
  if (auto why = wrong_text(expected.contains, expected.equals, text_of_answer(answer));
      !why.empty())
    return why;
  static const json nothing;
  const json& in = answer.result ? *answer.result : answer.failure ? *answer.failure : nothing;
  for (const auto& [pointer, value] : expected.values)
    if (auto why = wrong_value(pointer, value, in); !why.empty()) return why;
  return {};
}

std::string unmet(const answer_expectation& expected, const std::string& answer) {
  return wrong_text(expected.contains, expected.equals, answer);
}

} // namespace toolscore::reason
