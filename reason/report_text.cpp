#include "reason/report_text.hpp"

#include "node/printable.hpp"

#include <array>
#include <cstdio>

namespace toolscore::reason {
namespace {

constexpr std::size_t said_width = 100;

std::string padded(const std::string& text, std::size_t width) {
  const auto takes = display_width(text);
  return takes < width ? text + std::string(width - takes, ' ') : text;
}

std::string took(const moment& begun, const moment& ended) {
  const auto ms = std::chrono::duration<double, std::milli>(ended.steady - begun.steady).count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%8.1f ms", ms);
  return text.data();
}

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

} // namespace

std::string call_line(const task& what, const made_call& call) {
  const auto fate = fate_of(call.answer);
  const bool good = is_success(outcomes_of(fate));
  const auto said = good ? text_of_answer(call.answer) : failure_line(call.answer);
  return "  " + padded(printable(what.id), 18) + " " + padded(printable(call.key()), 28) + " " +
         padded(good ? "ok" : to_string(fate), 11) + took(call.answer.begun, call.answer.ended) +
         "  " + cut_to_width(printable(said), said_width) + "\n";
}

std::string task_line(const task& what, const task_record& record, run_summary& all) {
  const auto verdict = judge(what, record);
  ++all.tasks;
  all.good += verdict.success ? 1 : 0;
  all.calls += verdict.calls;
  all.failed += verdict.failed;
  all.failed_as_expected += verdict.failed_as_expected;
  return std::string(verdict.success ? "  met     " : "  NOT MET ") +
         padded(printable(what.id), 18) + " " + printable(conclusion_text(what, record)) + "\n";
}

std::string summary_line(const run_summary& all) {
  auto text = std::to_string(all.good) + " of " + plural(all.tasks, "task") +
              " met what was expected; " + plural(all.calls, "call") + ", " +
              std::to_string(all.calls - all.failed) + " succeeded, " + std::to_string(all.failed) +
              " failed";
  if (all.failed_as_expected > 0)
    text += " (" + std::to_string(all.failed_as_expected) + " of them as expected)";
  return text + "\n";
}

} // namespace toolscore::reason
