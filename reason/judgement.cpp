#include "reason/expectations.hpp"
#include "reason/task_record.hpp"

#include <map>

namespace toolscore::reason {
namespace {

bool succeeded(const made_call& call) {
  return is_success(outcomes_of(fate_of(call.answer)));
}

std::string told_of(const made_call& call) {
  return call.key() + " (" + to_string(fate_of(call.answer)) + ")";
}

/// Of each expected call, in order: what was not as expected. Empty = all of it was.
std::string unmet_calls(const task& what, const task_record& record, judgement& out) {
  std::size_t number = 0;
  std::string why;
  auto step = record.steps.begin();
  for (const auto& group : what.groups) {
    const bool made = step != record.steps.end() && step->calls.size() == group.size();
    for (std::size_t i = 0; i < group.size(); ++i, ++number) {
      const auto name =
          "call " + std::to_string(number) + ", " + group[i].server + "." + group[i].tool + ": ";
      if (!made) {
        if (why.empty()) why = name + "was not made";
        continue;
      }
      const auto& call = step->calls[i];
      const auto fault = unmet(group[i].expect, call.answer);
      if (fault.empty() && !succeeded(call)) ++out.failed_as_expected;
      if (!fault.empty() && why.empty()) why = name + fault;
    }
    if (made) ++step;
  }
  return why;
}

/// A model's calls against what its task says of them.
std::string unmet_tools(const answer_expectation& expected, const task_record& record) {
  // Calls of one answer are made at once, so none of them makes another one good.
  std::map<std::string, const made_call*> last_failed;
  std::map<std::string, bool> ever;
  for (const auto& step : record.steps) {
    for (const auto& call : step.calls) last_failed[call.key()] = nullptr;
    for (const auto& call : step.calls) {
      if (!succeeded(call)) last_failed[call.key()] = &call;
      ever[call.key()] = ever[call.key()] || succeeded(call);
      if (expected.calls == failed_calls::all && !succeeded(call))
        return told_of(call) + ", and no call may fail";
    }
  }
  if (expected.calls == failed_calls::last)
    for (const auto& [key, call] : last_failed)
      if (call != nullptr) return "the last call of " + told_of(*call) + " has failed";
  for (const auto& key : expected.uses)
    if (!ever[key]) return key + " was not called with success";
  return {};
}

std::string unmet_answer(const task& what, const task_record& record) {
  if (!record.answer) return "the model gave no answer";
  if (auto why = unmet(what.expect, *record.answer); !why.empty()) return "its answer: " + why;
  return unmet_tools(what.expect, record);
}

} // namespace

judgement judge(const task& what, const task_record& record) {
  judgement out;
  for (const auto& step : record.steps)
    for (const auto& call : step.calls) {
      ++out.calls;
      if (!succeeded(call)) ++out.failed;
    }
  out.why = what.scripted() ? unmet_calls(what, record, out) : unmet_answer(what, record);
  if (!record.stopped.empty()) out.why = record.stopped;
  out.success = out.why.empty();
  return out;
}

std::string conclusion_text(const task& what, const task_record& record) {
  const auto verdict = judge(what, record);
  if (!verdict.success) return verdict.why;
  if (verdict.failed == 0) return "everything as expected";
  std::string names;
  for (const auto& step : record.steps)
    for (const auto& call : step.calls)
      if (!succeeded(call)) names += (names.empty() ? "" : ", ") + told_of(call);
  return (what.scripted() ? "failed as expected: " : "failed on the way: ") + names;
}

} // namespace toolscore::reason
