#include "actors/server_actor.hpp"

#include "actors/server_calls_actor.hpp"
#include "actors/server_crashes_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_keep_actor.hpp"
#include "actors/server_orders_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "config/json_text.hpp"
#include "loop/house_handlers.hpp"
#include "runners/process_runner_actor.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {
namespace {

constexpr auto kill_margin = std::chrono::milliseconds{2'000};

} // namespace

/// Tells the manager, when anything that it shows has changed.
void publish(server_actor_pointer self) {
  auto& state = self->state;
  state_changed now;
  now.server = state.options->spec.id;
  now.to = state.status();
  now.pid = state.pid;
  now.init_pid = state.init_pid;
  now.instance = state.number;
  now.attempt = state.attempt;
  now.delay = state.delay;
  if (now.to == process_status::starting && state.replaced == state.number)
    now.pid = now.init_pid = 0; // Of the instance that a restart ends.
  if (now.pid != 0) now.confinement = state.confinement;
  now.succeeded = now.to == process_status::completed && state.succeeded;
  if (now.to != process_status::ready) now.reason = state.reason;
  const auto same = [](const state_changed& a, const state_changed& b) {
    return a.to == b.to && a.pid == b.pid && a.instance == b.instance && a.reason == b.reason;
  };
  if (state.published && same(*state.published, now)) return;
  state.published = now;
  self->send(state.options->tree->manager, now);
  self->send(state.options->tree->coordinator, now);
}

namespace {

void answer_cycle(server_actor_pointer self) {
  auto& state = self->state;
  if (!std::exchange(state.cycling, false)) return;
  self->send(state.options->tree->coordinator, server_cycled{state.options->spec.id});
}

/// The factory of instances; it holds values alone, for it may be called after the owner has died.
auto instance_factory(server_actor_pointer self) {
  auto& state = self->state;
  const auto base = std::make_shared<instance_options>();
  base->id.server = state.options->spec.id;
  base->plan = state.plan;
  base->policy = {state.options, &state.options->spec.policy};
  base->processes = state.options->processes;
  base->open_link = state.options->open_link;
  base->outside = state.options->outside;
  base->kept_digest = digest_if_kept(self);
  base->owner = caf::actor_cast<caf::actor>(self);
  return [base](caf::event_based_actor* supervisor, std::uint64_t number) -> caf::actor {
    auto options = std::make_shared<instance_options>(*base);
    options->id.number = number;
    options->supervisor = caf::actor_cast<caf::actor>(supervisor);
    return supervisor->spawn(make_instance, std::shared_ptr<const instance_options>(options));
  };
}

} // namespace

void start_supervisor(server_actor_pointer self) {
  auto& state = self->state;
  const auto& policy = state.options->spec.policy;
  child_spec child;
  child.id = state.options->spec.id.value;
  child.restart = policy.restart;
  child.backoff = policy.backoff;
  child.announces_ready = true;
  child.stop_timeout = policy.stop.drain + policy.stop.stdin_close + policy.stop.term + kill_margin;
  child.start = instance_factory(self);
  supervisor_options options;
  options.name = state.options->spec.id.value;
  options.intensity = policy.intensity;
  options.parks = true;
  options.observer = caf::actor_cast<caf::actor>(self);
  options.coordinator = state.options->tree->coordinator;
  options.random = state.options->random;
  options.number_before = number_before(self);
  options.children.push_back(std::move(child));
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
  self->send(state.options->tree->runner,
             install_server_request{state.options->spec, ++state.install_generation});
}

namespace {

void take_install(server_actor_pointer self, const install_finished& message) {
  auto& state = self->state;
  if (message.generation != state.install_generation) return;
  if (!message.launch) {
    state.install = install_status::failed;
    forsake_kept(self);
    state.reason = message.launch.failure().detail;
    return changed(self);
  }
  state.install = install_status::installed;
  state.commit = message.version;
  auto plan = std::make_shared<launch_plan>(*message.launch);
  const auto& id = state.options->spec.id.value;
  plan->stderr_log = state.options->state_dir + "/logs/" + id + ".log";
  plan->pidfile.clear(); // process_io notes its tree.
  plan->name = id;
  plan->limits = state.options->spec.policy.limits;
  state.plan = std::move(plan);
  if (state.desired == desired_state::running) {
    state.instances = instances_status::starting;
    start_supervisor(self);
  }
  changed(self);
}

void take_started(server_actor_pointer self, const instance_started& message) {
  auto& state = self->state;
  state.number = message.number;
  state.instance = message.instance;
  state.pid = message.pid;
  state.init_pid = message.init_pid;
  state.confinement = message.confinement;
  state.port = message.port;
  state.word = {};
  state.logs.begin(message.number, message.log);
  begin_life(self, message);
  if (!message.adopted) // Its row stands.
    self->send(
        state.options->tree->store,
        put_instance{{state.options->spec.id, message.number}, message.pid, message.init_pid});
  publish(self);
}

void arm_ping(server_actor_pointer self) {
  auto& state = self->state;
  const auto every = state.options->spec.policy.ping.every;
  if (every.count() > 0) self->delayed_send(self, every, ping_due{++state.ping_generation});
}

void take_ready(server_actor_pointer self, const instance_ready& message) {
  auto& state = self->state;
  if (message.number != state.number || !state.supervisor) return;
  state.current.was_ready = true;
  state.wire = message.wire;
  state.handshake = message.handshake;
  state.life = liveness{state.options->spec.policy.ping};
  state.reason.clear();
  const bool ends =
      state.instances == instances_status::ending || state.instances == instances_status::dozing;
  if (!ends) state.instances = instances_status::ready;
  begin_upkeep(self);
  changed(self);
  if (!state.wire) return;
  list_tools(self);
  write_waiting(self);
  arm_ping(self);
}

void take_gone(server_actor_pointer self, const instance_gone& message) {
  auto& state = self->state;
  // One that could not be spawned has never been told as started, but why is wanted all the more.
  if (message.number < state.number) return;
  state.number = message.number;
  state.gone = message.number;
  const auto lines_begun = state.wire ? state.wire->lines_begun() : ~std::uint64_t{0};
  state.wire = nullptr;
  state.instance = nullptr;
  state.drains = nullptr;
  state.word = {};
  state.port = 0;
  state.pid = 0;
  state.init_pid = 0;
  state.reason = message.reason.kind == gone_kind::stopped ? "" : to_string(message.reason);
  state.pager.reset();
  state.keep.on_gone();
  ++state.ping_generation;
  state.last_exit.reset();
  if (message.reason.kind == gone_kind::exited || message.reason.kind == gone_kind::killed)
    state.last_exit = message.reason.exit;
  lose_calls(self, message.number, lines_begun, message.reason);
  draft_crash(self, message);
  if (message.left) {
    state.reason = "it outlives the node";
    return;
  }
  self->send(state.options->tree->store, drop_instance{{state.options->spec.id, message.number}});
}

void take_report(server_actor_pointer self, const child_report& report) {
  auto& state = self->state;
  state.attempt = report.attempt;
  state.delay = report.delay;
  if (report.what == child_event::ready) return; // The instance itself has said so already.
  // An instance tells its end itself, before its supervisor does, unless its actor died of a fault.
  if (report.what == child_event::ended && report.number > state.gone)
    take_gone(self, {report.number, {gone_kind::internal_error, {}, one_line(report.reason)}});
  if (report.what == child_event::starting) {
    state.alive = true;
    if (report.number > 1 && !state.planned) ++state.restarts;
    state.planned = false;
  }
  if (report.what == child_event::ended) {
    state.alive = false;
    state.succeeded = report.reason.empty();
    answer_cycle(self);
  }
  if (report.what == child_event::waiting) state.reason = report.reason;
  if (state.instances != instances_status::ending || report.what == child_event::finished)
    state.instances = after_report(state.instances, report.what);
  if (report.what == child_event::ended) return; // What is decided about it follows at once.
  fail_lost(self);
  tell_crash(self, report);
  if (state.instances == instances_status::asleep) fell_asleep(self);
  changed(self);
}

void take_ping_due(server_actor_pointer self, const ping_due& message) {
  auto& state = self->state;
  if (message.generation != state.ping_generation || !state.wire) return;
  state.life.asked();
  ask_server(self, own_request::ping, "{}");
  arm_ping(self);
}

/// Asked to end: the instances first, each awaited.
void begin_ending(server_actor_pointer self, const caf::error& reason) {
  auto& state = self->state;
  if (state.ending) return;
  state.ending = reason;
  state.desired = desired_state::stopped;
  self->send(state.options->tree->runner, cancel_install{state.options->spec.id});
  if (state.supervisor) state.instances = instances_status::ending;
  changed(self); // Who waits is answered now: an install under way ends with nobody to tell.
  if (!state.supervisor) return self->quit(reason);
  self->send_exit(state.supervisor, caf::exit_reason::user_shutdown);
}

/// The supervisor of the instances has ended: asked to, or of a fault of its own.
void take_down(server_actor_pointer self, const caf::down_msg& message) {
  auto& state = self->state;
  if (!state.supervisor || message.source != state.supervisor.address()) return;
  state.supervisor = nullptr;
  state.instances = instances_status::finished;
  fail_lost(self);
  state.succeeded = false;
  tell_crash(self, {state.options->spec.id.value, child_event::finished, 0, state.attempt, {}, {}});
  changed(self);
  self->quit(state.ending ? *state.ending : message.reason);
}

} // namespace

caf::behavior make_server(server_actor_pointer self,
                          std::shared_ptr<const server_options> options) {
  set_house_handlers(self);
  auto& state = self->state;
  state.options = options;
  state.desired = options->desired;
  state.calls = call_table{options->spec.policy.queue.max};
  state.keep = upkeep{options->spec.policy};
  state.filter = {options->spec.policy.tools_allow, options->spec.policy.tools_deny};
  self->set_down_handler([self](const caf::down_msg& message) { take_down(self, message); });
  self->set_exit_handler([self](caf::exit_msg& message) {
    // Of the supervisor's end its down message tells.
    if (!self->state.supervisor || message.source != self->state.supervisor.address())
      begin_ending(self, message.reason);
  });
  self->send(options->tree->manager,
             server_up{options->spec.id, caf::actor_cast<caf::actor>(self)});
  if (state.desired == desired_state::running) ask_install(self);
  publish(self);
  return {
      [self](const calls_in& message) {
        for (auto& request : *message.calls) admit_call(self, std::move(request));
      },
      [self](lines_in& message) { take_lines(self, std::move(message)); },
      [self](const call_cancel& request) { cancel_call(self, request); },
      [self](const instance_started& message) { take_started(self, message); },
      [self](const instance_ready& message) { take_ready(self, message); },
      [self](const instance_word& message) {
        if (message.number == self->state.number) self->state.word = message;
      },
      [self](const instance_gone& message) { take_gone(self, message); },
      [self](const instance_draining& message) {
        self->state.wire = nullptr;
        self->state.drains = message.instance;
        self->state.drains_number = message.number;
        check_drained(self);
      },
      [self](const garbage_in&) { ++self->state.garbage_total; },
      [self](const overlong_in& message) { take_overlong(self, message); },
      [self](const child_report& report) { take_report(self, report); },
      [self](const state_changed& install) { // The runner's, on the way to the manager.
        if (self->state.install == install_status::installed) return;
        if (install.to == process_status::cloning) self->state.install = install_status::cloning;
        if (install.to == process_status::building) self->state.install = install_status::building;
        self->state.published = install; // The manager has it from the runner.
      },
      [self](const install_finished& message) { take_install(self, message); },
      [self](const server_order& order) { take_order(self, order); },
      [self](cycle_server) { cycle(self); },
      [self](may_sleep) { take_may_sleep(self); },
      [self](wake_server) { wake(self); },
      [self](const upkeep_due& due) { take_upkeep_due(self, due); },
      [self](const tell_standing& asked) { tell(self, asked); },
      [self](const status_query& query) { query.then(describe(self)); },
      [self](const logs_query& query) { query.then(self->state.logs.read(query.request)); },
      [self](const sweep_due& due) {
        if (due.generation == self->state.sweep_generation) sweep(self);
      },
      [self](const ping_due& due) { take_ping_due(self, due); },
  };
}

} // namespace toolscore
