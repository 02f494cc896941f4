#pragma once
#include "messages/error.hpp"
#include "reason/bounded_json.hpp"
#include "reason/call_fate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::reason {

/// What a call is expected to come to. Without a word about failure it has to succeed.
struct call_expectation {
  bool any_failure = false;          ///< "fails_as": "any".
  std::vector<call_fate> failures;   ///< One of these; empty = see above, else it has to succeed.
  std::vector<std::string> contains; ///< Each stands in its text.
  std::optional<std::string> equals; ///< Its text, whole.
  /// JSON pointer and value, in the result or, of an error, in its error object.
  std::vector<std::pair<std::string, json>> values;

  bool wants_failure() const { return any_failure || !failures.empty(); }
};

/// One call as a task names it; its arguments may refer to earlier ones.
struct scripted_call {
  std::string server;
  std::string tool;
  json arguments = json::object();
  call_expectation expect;
};

/// How far failed calls count against a task that a model solves.
enum class failed_calls : std::uint8_t {
  last, ///< The last call of each tool must have succeeded; all of them where that were several.
  all,  ///< Each call must have.
  none, ///< They do not count.
};

struct answer_expectation {
  std::vector<std::string> contains;
  std::optional<std::string> equals;
  std::vector<std::string> uses; ///< "server.tool": called, and at least once with success.
  failed_calls calls = failed_calls::last;
};

struct task_limits {
  std::size_t steps = 20;
  std::chrono::milliseconds time{600'000};
  std::size_t tokens = 200'000;
};

struct task {
  std::string id;
  std::string description;
  /// Scripted: groups of calls; those of one group are made at once.
  std::vector<std::vector<scripted_call>> groups;
  // By a model, where there are none.
  std::vector<std::string> servers; ///< Whose tools it has; empty = all that the endpoint shows.
  std::string group;                ///< Of the node: its endpoint is /mcp/@group. Empty = /mcp.
  answer_expectation expect;
  task_limits limits;

  bool scripted() const { return !groups.empty(); }
};

inline constexpr std::size_t tasks_bytes_max = std::size_t{64} << 20U;
inline constexpr std::size_t tasks_max = 100'000;
inline constexpr std::size_t calls_max = 1'000; ///< Of one task.
inline constexpr std::size_t parallel_max = 64; ///< Of one group.
inline constexpr std::size_t task_id_bytes_max = 256;

/// Reads a file of tasks: one JSON object a line; empty lines mean nothing.
/// @param limits  what a task has that names none
/// @error bad_config  "FILE:LINE: what, what to do"
result<std::vector<task>> read_tasks(std::string_view text, const std::string& file,
                                     const task_limits& limits);

} // namespace toolscore::reason
