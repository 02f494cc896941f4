#include "reason/scripted_run.hpp"

#include "node/http_message.hpp"
#include "reason/expectations.hpp"
#include "reason/references.hpp"

#include <algorithm>

namespace toolscore::reason {
namespace {

using std::chrono::milliseconds;

referred_call referred(const call_answer& answer) {
  referred_call out;
  out.text = text_of_answer(answer);
  if (answer.result) out.result = *answer.result;
  if (answer.failure) out.error = *answer.failure;
  return out;
}

call_answer not_made(const task_world& world, error why) {
  call_answer out;
  out.unanswered = std::move(why);
  out.begun = out.ended = world.now();
  return out;
}

/// Puts in what the arguments refer to. Those that cannot be put together are answered at once.
std::vector<made_call> prepared(const std::vector<scripted_call>& group,
                                const reference_scope& scope, const task_world& world) {
  std::vector<made_call> out;
  for (const auto& call : group) {
    made_call one;
    one.server = call.server;
    one.tool = call.tool;
    one.endpoint = endpoint_of({call.server, {}, call.tool, {}});
    one.arguments = call.arguments;
    if (auto whole = resolve(call.arguments, scope))
      one.arguments = std::move(*whole);
    else
      one.answer = not_made(world, whole.failure());
    out.push_back(std::move(one));
  }
  return out;
}

void make_all(std::vector<made_call>& calls, const task& what, const task_world& world,
              milliseconds limit) {
  std::vector<wanted_call> wanted;
  for (const auto& call : calls)
    if (!call.answer.unanswered) wanted.push_back({call.server, {}, call.tool, call.arguments});
  if (wanted.empty()) return;
  auto answers = world.call(wanted, what.id, limit);
  auto next = answers.begin();
  for (auto& call : calls)
    if (!call.answer.unanswered) call.answer = std::move(*next++);
}

} // namespace

std::string endpoint_of(const wanted_call& call) {
  if (!call.group.empty()) return "/mcp/@" + percent_encoded(call.group);
  return call.server.empty() ? "/mcp" : "/mcp/" + percent_encoded(call.server);
}

task_record run_scripted(const task& what, const std::map<std::string, std::string>& vars,
                         const task_world& world) {
  task_record record;
  record.begun = world.now();
  reference_scope scope{vars, {}};
  for (const auto& group : what.groups) {
    task_step step;
    step.begun = world.now();
    const auto spent = std::chrono::ceil<milliseconds>(step.begun.steady - record.begun.steady);
    if (world.interrupted()) record.stopped = "it was interrupted";
    if (spent >= what.limits.time)
      record.stopped = "its time of " + std::to_string(what.limits.time.count()) + " ms is over";
    if (!record.stopped.empty()) break;
    step.calls = prepared(group, scope, world);
    make_all(step.calls, what, world, what.limits.time - spent);
    bool as_expected = true;
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto& call = step.calls[i];
      scope.calls.push_back(referred(call.answer));
      world.tell(what, call);
      if (auto why = unmet(group[i].expect, call.answer); !why.empty()) {
        step.errors.push_back(call.key() + ": " + why);
        as_expected = false;
      }
    }
    step.ended = world.now();
    record.steps.push_back(std::move(step));
    if (!as_expected) break;
  }
  if (world.interrupted()) record.stopped = "it was interrupted";
  record.ended = world.now();
  return record;
}

} // namespace toolscore::reason
