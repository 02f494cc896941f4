#include "actors/server_upkeep_actor.hpp"
#include "actors/server_lists_actor.hpp"

#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_orders_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "config/durations.hpp"
#include "mcp/answers.hpp"

#include <caf/send.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace toolscore {
namespace {

bool is_busy(server_actor_pointer self) {
  const auto& state = self->state;
  return state.calls.callers() != 0 || !state.waiting.empty() || !state.rounds.empty() ||
         (state.listens && state.listens->watches());
}

/// Neither to sleep nor for the end of a life is anybody stopped while another is on its way, nor
/// while the node stops: its turn comes, and what would be started for it would be stopped at once.
bool may_stop(server_actor_pointer self) {
  const auto& state = self->state;
  return state.supervisor && !state.options->tree->stopping && serves(state) && is_settled(state);
}

/// As by an order to restart it: drained first, and no brake counts it.
void replace(server_actor_pointer self, replica& one) {
  auto& state = self->state;
  if (one.status != instances_status::ready) return;
  one.replaced = one.number;
  one.planned = true;
  state.concerned = one.place;
  set_status(state, one, instances_status::starting);
  set_reason(state, one,
             "replaced: it reached its max_lifetime of " +
                 duration_text(state.options->spec->policy.max_lifetime));
  self->send(state.supervisor, restart_child{one.child});
  changed(self);
}

void doze(server_actor_pointer self) {
  auto& state = self->state;
  state.wake_wanted.reset();
  for (auto& one : for_everybody(state)) {
    if (one.status == instances_status::finished) continue; // Done for good.
    one.braked = one.status == instances_status::parked;
    set_status(state, one, instances_status::dozing);
    self->send(state.supervisor, stop_child{one.child});
  }
  changed(self);
}

bool has_cursor(const call_request& request) {
  if (!request.spans.params) return false;
  const auto params = nlohmann::json::parse(request.spans.params.of(*request.body), nullptr, false);
  return !params.is_object() || params.contains("cursor");
}

const bytes& tools_of(const server_actor_state& state) {
  return kept_list_of(state, mcp::served_list::tools).array;
}

/// The list that it had, as itself would answer.
std::string kept_tools(server_actor_pointer self, const call_request& request) {
  auto& state = self->state;
  std::string result = "{";
  if (request.client == era::modern) {
    result += R"("resultType":"complete","ttlMs":0,"cacheScope":"private",)";
    if (const auto& info = state.handshake->server_info_json; !info.empty())
      result += R"("_meta":{"io.modelcontextprotocol/serverInfo":)" + info + "},";
  }
  result += R"("tools":)" + *tools_of(state) + "}";
  if (state.filter) result = state.filter->filtered(result);
  return mcp::result_response(id_of(request), result);
}

} // namespace

void arm_upkeep(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.keep) return;
  const auto due = state.keep->due();
  if (!due || (state.upkeep_at && *state.upkeep_at <= *due)) return;
  state.upkeep_at = due;
  self->scheduled_send(self, *due, upkeep_due{++state.upkeep_generation});
}

void begin_upkeep(server_actor_pointer self, const replica& one) {
  auto& state = self->state;
  if (!one.owned_by.empty() || !state.keep) return; // Its owner's session is its life.
  const auto& random = state.options->common->random;
  state.keep->on_ready(self->clock().now(), random ? random() : 0.5, one.place);
  arm_upkeep(self);
}

void take_upkeep_due(server_actor_pointer self, const upkeep_due& due) {
  auto& state = self->state;
  if (due.generation != state.upkeep_generation || !state.keep) return;
  state.upkeep_at.reset();
  if (!may_stop(self)) return; // It is armed again once that may be.
  switch (state.keep->on_due(self->clock().now(), is_busy(self))) {
  case upkeep::verdict::wait:
    break;
  case upkeep::verdict::replace:
    replace(self, state.replicas.at(state.keep->full()));
    break;
  case upkeep::verdict::sleep:
    self->send(state.options->tree->coordinator, sleep_wanted{state.options->spec->id});
    break;
  }
  arm_upkeep(self);
}

void take_may_sleep(server_actor_pointer self) {
  auto& state = self->state;
  const bool idle = state.keep && state.keep->may_sleep(self->clock().now(), is_busy(self));
  if (idle && may_stop(self)) return doze(self);
  // It took the leave for the deed, and holds back who needs us.
  if (const auto told = last_published(state)) self->send(state.options->tree->coordinator, *told);
  arm_upkeep(self);
}

void wake(server_actor_pointer self, wake_cause why) {
  auto& state = self->state;
  if (state.instances == instances_status::dozing && state.wake_wanted != wake_cause::order)
    state.wake_wanted = why;
  if (state.instances != instances_status::asleep || !state.supervisor) return;
  state.wake_wanted.reset();
  state.reason.clear();
  for (auto& one : for_everybody(state)) {
    if (one.status != instances_status::asleep) continue;
    one.planned = true;
    one.reason.clear();
    set_status(state, one, instances_status::starting);
    // Else a server that sleeps often would start what is parked as often as if it had no brakes.
    if (std::exchange(one.braked, false) && why == wake_cause::need)
      self->send(state.supervisor, restart_child{one.child});
    else
      self->send(state.supervisor, start_child{one.child});
  }
  changed(self);
}

void fell_asleep(server_actor_pointer self) {
  auto& state = self->state;
  state.reason = "no call for " + duration_text(state.options->spec->policy.idle_stop);
  if (state.wake_wanted || !state.waiting.empty())
    wake(self, state.wake_wanted.value_or(wake_cause::need));
}

bool answer_asleep(server_actor_pointer self, const call_request& request) {
  auto& state = self->state;
  const bool away =
      state.instances == instances_status::dozing || state.instances == instances_status::asleep;
  if (!away || state.desired != desired_state::running) return false;
  if (answer_here(self, request)) return true;
  if (request.method != "tools/list" || !tools_of(state) || !state.handshake || has_cursor(request))
    return false;
  request.reply->end(200, std::make_shared<const std::string>(kept_tools(self, request)));
  return true;
}

admission admission_of(server_actor_pointer self) {
  const auto& state = self->state;
  // What it is shown as is the truth, but who calls now is served by its next instance.
  const bool dozes =
      state.instances == instances_status::dozing && state.desired == desired_state::running;
  return dozes ? admission::wait : admit(state.status());
}

} // namespace toolscore
