#pragma once
#include "reason/task_record.hpp"

#include <cstddef>
#include <string>

namespace toolscore::reason {

// What a person is told.

/// One call, one line: task, tool, what became of it, how long it took, what it said.
std::string call_line(const task& what, const made_call& call);

/// Counts over all tasks.
struct run_summary {
  std::size_t tasks = 0;
  std::size_t good = 0;
  std::size_t calls = 0;
  std::size_t failed = 0;
  std::size_t failed_as_expected = 0;
};

/// One task, one line; adds it to the summary.
std::string task_line(const task& what, const task_record& record, run_summary& all);

/// "5 of 5 tasks met their expectations; 9 calls, 1 failed (as expected)"
std::string summary_line(const run_summary& all);

} // namespace toolscore::reason
