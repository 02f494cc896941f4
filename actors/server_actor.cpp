#include "actors/server_actor.hpp"

#include "actors/catalog_messages_actor.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_crashes_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_instances_actor.hpp"
#include "actors/server_keep_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "actors/server_login_actor.hpp"
#include "actors/server_orders_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "actors/server_pins_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_update_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "loop/handler_table.hpp"
#include "mcp/client_questions.hpp"
#include "runners/process_runner_actor.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

constexpr auto kill_margin = std::chrono::milliseconds{2'000};

} // namespace

/// Tells the manager, when anything that it shows has changed.
void publish(server_actor_pointer self) {
  auto& state = self->state;
  const auto& one = state.replicas.at(state.concerned);
  // Of an instance that a restart ends the pid is no news.
  const auto is_replaced = [](const replica& x) {
    return x.status == instances_status::starting && x.replaced == x.number;
  };
  state_changed now;
  now.server = state.options->spec->id;
  now.to = state.status();
  now.instance = one.number;
  now.attempt = one.attempt;
  now.delay = one.delay;
  if (!is_replaced(one)) {
    now.pid = one.pid;
    now.init_pid = one.init_pid;
    now.confinement = one.confinement;
  }
  const auto shared = for_everybody(state);
  now.running = std::any_of(shared.begin(), shared.end(),
                            [&](const replica& x) { return x.instance && !is_replaced(x); });
  now.succeeded =
      now.to == process_status::completed &&
      std::all_of(shared.begin(), shared.end(), [](const replica& x) { return x.succeeded; });
  if (now.to != process_status::ready) now.reason = reason_of(state);
  const auto same = [](const state_changed& a, const state_changed& b) {
    return a.to == b.to && a.pid == b.pid && a.instance == b.instance && a.reason == b.reason &&
           a.running == b.running;
  };
  if (state.published && same(*state.published, now)) return;
  self->send(state.options->tree->manager, now);
  self->send(state.options->tree->coordinator, now);
  now.confinement = std::string(); // It stands with the replica.
  if (!state.published) state.published = std::make_unique<state_changed>();
  *state.published = std::move(now);
}

std::optional<state_changed> last_published(const server_actor_state& state) {
  if (!state.published) return std::nullopt;
  auto told = *state.published;
  for (const auto& one : state.replicas)
    if (told.pid != 0 && one.number == told.instance) told.confinement = one.confinement;
  return told;
}

namespace {

/// Where each of several replicas writes its stderr: a file has one writer, for it is rotated.
/// Empty where that is as its plan says.
std::string own_log(const server_options& given, std::uint32_t place) {
  if (place == 0) return {};
  return given.common->state_dir + "/logs/" + given.spec->id.value + "." +
         std::to_string(place + 1) + ".log";
}

packed_plan with_log(const packed_plan& plan, const std::string& log) {
  if (log.empty()) return plan;
  auto own = std::make_shared<launch_plan>(*plan.unpacked());
  own->stderr_log = log;
  return packed_plan(std::move(own));
}

/// The factory of instances; it holds no owner's state, for it may be called after that has died.
auto instance_factory(server_actor_pointer self, const replica& one) {
  return [given = self->state.options, from = self->state.plan, place = one.place,
          declares = one.declares, child = one.child, owner = caf::actor_cast<caf::actor>(self)](
             caf::event_based_actor* supervisor, std::uint64_t number) -> caf::actor {
    auto options = std::make_shared<instance_options>(options_of_instance(given, declares));
    options->owner = owner;
    options->child = child;
    options->id.number = number;
    options->plan = with_log(from->plan, own_log(*given, place));
    options->kept_digest = from->kept_digest;
    options->supervisor = caf::actor_cast<caf::actor>(supervisor);
    return supervisor->spawn(make_instance, std::shared_ptr<const instance_options>(options));
  };
}

} // namespace

instance_options options_of_instance(const std::shared_ptr<const server_options>& from,
                                     const client_capabilities& told) {
  const auto& given = *from;
  instance_options options;
  options.id.server = given.spec->id;
  options.policy = {given.spec, &given.spec->policy};
  options.processes = given.processes;
  options.open_link = {given.common, &given.common->open_link};
  options.outside = given.outside;
  if (given.spec->policy.link != link_kind::none)
    options.client_capabilities = mcp::client_capabilities_json(told, true);
  return options;
}

child_spec child_of(server_actor_pointer self, const replica& one) {
  const auto& policy = self->state.options->spec->policy;
  child_spec child;
  child.id = one.child;
  child.restart = policy.restart;
  child.backoff = policy.backoff;
  child.announces_ready = true;
  child.stop_timeout = policy.stop.drain + policy.stop.stdin_close + policy.stop.term + kill_margin;
  child.start = instance_factory(self, one);
  return child;
}

void start_supervisor(server_actor_pointer self) {
  auto& state = self->state;
  supervisor_options options;
  options.name = state.options->spec->id.value;
  options.intensity = state.options->spec->policy.intensity;
  options.parks = true;
  options.ends_together = true;
  options.observer = caf::actor_cast<caf::actor>(self);
  options.coordinator = state.options->tree->coordinator;
  options.random = state.options->common->random;
  options.number_before = number_before(self);
  for (const auto& one : for_everybody(state)) options.children.push_back(child_of(self, one));
  set_status_of_all(state, instances_status::starting);
  state.supervisor = spawn_supervisor(self, std::move(options));
  // Linked, so that it ends with us; watched, because an exit message between the two undoes a
  // link.
  self->link_to(state.supervisor);
  self->monitor(state.supervisor);
}

void ask_install(server_actor_pointer self) {
  auto& state = self->state;
  state.install = install_status::queued;
  state.reason.clear();
  for (auto& one : state.replicas) one.reason.clear();
  install_server_request request{*state.options->spec, ++state.install_generation};
  request.revision = state.options->install->revision;
  self->send(state.options->tree->runner, std::move(request));
}

std::shared_ptr<const launch_plan> completed_plan(const server_actor_state& state,
                                                  const launch_plan& launch) {
  auto plan = std::make_shared<launch_plan>(launch);
  const auto& id = state.options->spec->id.value;
  plan->stderr_log = state.options->common->state_dir + "/logs/" + id + ".log";
  plan->name = id;
  plan->limits = state.options->spec->policy.limits;
  return plan;
}

namespace {

void take_install(server_actor_pointer self, const install_finished& message) {
  auto& state = self->state;
  if (take_update_install(self, message)) return;
  if (message.generation != state.install_generation) return;
  if (!message.launch) {
    state.install = install_status::failed;
    forsake_kept(self);
    state.reason = message.launch.failure().detail;
    return changed(self);
  }
  state.install = install_status::installed;
  state.commit = message.version;
  state.plan = std::make_shared<plan_holder>();
  state.plan->plan = packed_plan(completed_plan(state, *message.launch));
  state.plan->kept_digest = digest_if_kept(self);
  if (state.desired == desired_state::running) start_supervisor(self);
  changed(self);
}

/// Asked to end: the instances first, each awaited.
void begin_ending(server_actor_pointer self, const caf::error& reason) {
  auto& state = self->state;
  if (state.ending) return;
  state.ending = reason;
  state.desired = desired_state::stopped;
  end_listens(self);
  forget_update(self, "the server ends");
  self->send(state.options->tree->runner, cancel_install{state.options->spec->id});
  if (state.supervisor) set_status_of_all(state, instances_status::ending);
  changed(self); // Who waits is answered now: an install under way ends with nobody to tell.
  if (!state.supervisor) return self->quit(reason);
  self->send_exit(state.supervisor, caf::exit_reason::user_shutdown);
}

/// The supervisor of the instances has ended: asked to, or of a fault of its own.
void take_down(server_actor_pointer self, const caf::down_msg& message) {
  auto& state = self->state;
  take_trial_down(self, message);
  if (!state.supervisor || message.source != state.supervisor.address()) return;
  forget_update(self, "the server ends");
  state.supervisor = nullptr;
  set_status_of_all(state, instances_status::finished);
  for (auto& one : state.replicas) {
    fail_lost(self, one);
    one.succeeded = false;
    tell_crash(self, one, {one.child, child_event::finished, 0, one.attempt, {}, {}});
    one.owned_by.clear();
  }
  changed(self);
  self->quit(state.ending ? *state.ending : message.reason);
}

using server = server_actor_pointer;

const std::array handlers{
    on<+[](server self, const calls_in& message) {
      for (auto& request : *message.calls) admit_call(self, std::move(request));
    }>(),
    on<+[](server self, lines_in& message) { take_lines(self, std::move(message)); }>(),
    on<take_session_listen>(),
    on<take_session_notice>(),
    on<take_listen_due>(),
    on<cancel_call>(),
    on<take_started>(),
    on<take_ready>(),
    on<take_word>(),
    on<take_gone>(),
    on<take_draining>(),
    on<+[](server self, const garbage_in&) { ++self->state.garbage_total; }>(),
    on<take_overlong>(),
    on<take_unanswered>(),
    on<take_report>(),
    on<+[](server self, const state_changed& install) { // The runner's, on the way to the manager.
      if (self->state.install == install_status::installed) return;
      if (install.to == process_status::cloning) self->state.install = install_status::cloning;
      if (install.to == process_status::building) self->state.install = install_status::building;
      // The manager has it from the runner.
      self->state.published = std::make_unique<state_changed>(install);
    }>(),
    on<take_install>(),
    on<take_update>(),
    on<take_trial>(),
    on<take_discarded>(),
    on<take_approval>(),
    on<take_login_request>(),
    on<take_session_over>(),
    on<take_own_due>(),
    on<take_order>(),
    on<+[](server self, const cycle_server&) { cycle(self); }>(),
    on<+[](server self, const reports_told&) { cycle_replicas(self); }>(),
    on<+[](server self, const may_sleep&) { take_may_sleep(self); }>(),
    on<+[](server self, const wake_server&) { wake(self, wake_cause::need); }>(),
    on<take_upkeep_due>(),
    on<tell>(),
    on<+[](server self, const status_query& query) { query.then(describe(self)); }>(),
    on<+[](server self, const logs_query& query) { query.then(read_logs(self, query.request)); }>(),
    on<+[](server self, const sweep_due& due) {
      if (due.generation == self->state.sweep_generation) sweep(self);
    }>(),
    on<take_ping_due>(),
    on<+[](server self, const tell_offer&) { tell_catalog(self); }>(),
    on<+[](server self, const lists_due&) { take_lists_due(self); }>(),
    on<+[](server self, const lists_wanted&) { take_lists_wanted(self); }>(),
};

} // namespace

caf::behavior make_server(server_actor_pointer self,
                          std::shared_ptr<const server_options> options) {
  set_handler_table<handlers>(self);
  auto& state = self->state;
  state.options = options;
  state.desired = options->desired;
  make_replicas(state);
  state.calls = call_table{options->spec->policy.queue.max, state.replicas.size()};
  if (options->spec->policy.idle_stop.count() > 0 || options->spec->policy.max_lifetime.count() > 0)
    state.keep = std::make_unique<upkeep>(options->spec->policy);
  state.breaker = breaker{options->spec->policy.breaker};
  mcp::tool_filter filter(options->spec->policy.tools_allow, options->spec->policy.tools_deny);
  if (!filter.open()) state.filter = std::make_unique<mcp::tool_filter>(std::move(filter));
  self->set_down_handler([self](const caf::down_msg& message) { take_down(self, message); });
  self->set_exit_handler([self](caf::exit_msg& message) {
    // Of the supervisor's end its down message tells.
    if (!self->state.supervisor || message.source != self->state.supervisor.address())
      begin_ending(self, message.reason);
  });
  self->send(options->tree->manager,
             server_up{options->spec->id, caf::actor_cast<caf::actor>(self)});
  begin_pins(self);
  tell_catalog(self);
  if (state.desired == desired_state::running) ask_install(self);
  publish(self);
  return {[](const resume& message) { message.work(); }};
}

} // namespace toolscore
