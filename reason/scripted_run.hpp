#pragma once
#include "reason/task_record.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace toolscore::reason {

/// One call as it is to be made.
struct wanted_call {
  std::string server; ///< Empty = at the endpoint for all servers, or the group's.
  std::string group;
  std::string tool;
  json arguments;
};

/// "/mcp/files", "/mcp/@research", "/mcp"
std::string endpoint_of(const wanted_call& call);

/// What runs a task: the world, as far as it needs it. All of it blocks.
struct task_world {
  std::function<moment()> now;
  /// Makes all of them at once, or as many at a time as is allowed; one answer each, in order.
  /// Those that have not ended after `limit` are given up.
  std::function<std::vector<call_answer>(const std::vector<wanted_call>& calls,
                                         const std::string& task_id,
                                         std::chrono::milliseconds limit)>
      call;
  /// What calls are told of as they end, for people.
  std::function<void(const task&, const made_call&)> tell;
  /// A person has asked for the end.
  std::function<bool()> interrupted;
};

/// Runs the groups of a scripted task one after the other. A call that does not come to what was
/// expected of it ends the task: what stands behind it is not made.
task_record run_scripted(const task& what, const std::map<std::string, std::string>& vars,
                         const task_world& world);

} // namespace toolscore::reason
