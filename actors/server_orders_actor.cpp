#include "actors/server_orders_actor.hpp"

#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_keep_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "runners/process_runner_actor.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

bool wants_up(server_verb verb) {
  return verb == server_verb::start || verb == server_verb::restart;
}

/// What a new order overtakes never comes true.
void answer_overtaken(server_actor_pointer self, server_verb verb) {
  if (!wants_up(verb)) return; // A stop answers the starts before it: it ends as stopped.
  auto& state = self->state;
  for (auto& order : std::exchange(state.orders, {})) {
    if (wants_up(order.verb))
      state.orders.push_back(std::move(order));
    else
      order.then(error{errc::cancelled, "a later " + std::string(to_string(verb)) + " of \"" +
                                            state.options->spec.id.value + "\" overtook the " +
                                            to_string(order.verb)});
  }
}

/// Answers whoever waits for what has now come true, or can no longer come true.
void settle_orders(server_actor_pointer self) {
  auto& state = self->state;
  const auto status = state.status();
  const bool verdict = status == process_status::failed || status == process_status::crash_loop ||
                       status == process_status::completed;
  std::vector<open_order> left;
  for (auto& order : std::exchange(state.orders, {})) {
    const bool up = wants_up(order.verb);
    if (up && status == process_status::ready)
      order.then(done{});
    else if (up && (verdict || status == process_status::stopped))
      order.then(
          error{status == process_status::failed ? errc::install_failed : errc::server_not_ready,
                "server \"" + state.options->spec.id.value + "\" is " + to_string(status) +
                    (state.reason.empty() ? "" : ": " + state.reason)});
    else if (!up && (status == process_status::stopped || verdict))
      order.then(done{});
    else
      left.push_back(std::move(order));
  }
  for (auto& order : left) state.orders.push_back(std::move(order));
}

} // namespace

void changed(server_actor_pointer self) {
  publish(self);
  if (admission_of(self) == admission::refuse) fail_waiting(self);
  settle_orders(self);
}

void take_order(server_actor_pointer self, const server_order& order) {
  auto& state = self->state;
  const bool away =
      state.instances == instances_status::dozing || state.instances == instances_status::asleep;
  const auto child = state.options->spec.id.value;
  answer_overtaken(self, order.verb);
  if (order.verb != server_verb::start) forsake_kept(self);
  if (order.then) state.orders.push_back({order.verb, order.then});
  if (away && wants_up(order.verb) && state.desired == desired_state::running) return wake(self);
  switch (order.verb) {
  case server_verb::start:
    state.desired = desired_state::running;
    if (state.install == install_status::none || state.install == install_status::failed)
      ask_install(self);
    else if (state.install == install_status::installed && !state.supervisor) {
      state.instances = instances_status::starting;
      start_supervisor(self);
    } else if (state.supervisor && state.instances != instances_status::ready) {
      state.instances = instances_status::starting;
      self->send(state.supervisor, start_child{child});
    }
    break;
  case server_verb::restart:
    state.desired = desired_state::running;
    if (state.install != install_status::installed) {
      ask_install(self); // What comes of it starts the first instance.
      break;
    }
    if (!state.supervisor)
      start_supervisor(self);
    else
      self->send(state.supervisor, restart_child{child});
    state.replaced = state.number;
    state.instances = instances_status::starting;
    break;
  case server_verb::stop:
  case server_verb::remove:
    state.desired = desired_state::stopped;
    if (state.install != install_status::installed) {
      self->send(state.options->tree->runner, cancel_install{state.options->spec.id});
      ++state.install_generation;
      state.install = install_status::none;
    }
    if (state.instances == instances_status::asleep) {
      state.instances = instances_status::finished; // There is nothing to end.
    } else if (state.supervisor && state.instances != instances_status::finished) {
      state.instances = instances_status::ending;
      self->send(state.supervisor, stop_child{child});
    }
    break;
  }
  changed(self);
}

server_status describe(server_actor_pointer self) {
  auto& state = self->state;
  server_status status;
  status.id = state.options->spec.id;
  status.status = state.status();
  status.desired = state.desired;
  status.source = state.options->spec.source;
  status.pid = state.pid;
  status.init_pid = state.init_pid;
  status.instance = state.number;
  status.restarts = state.restarts;
  status.confinement = state.confinement;
  if (state.handshake) {
    status.era = to_string(state.handshake->server);
    status.protocol_version = state.handshake->protocol_version;
    status.version = state.handshake->server_version;
  }
  status.commit = state.commit;
  if (status.status != process_status::ready)
    status.reason = state.reason;
  else if (state.life.unhealthy())
    status.reason = "unhealthy: no answer to " + state.life.detail();
  else if (!state.word.unhealthy.empty())
    status.reason = "unhealthy: " + state.word.unhealthy;
  status.said = state.word.said;
  status.port = state.port;
  status.in_flight = static_cast<std::uint32_t>(state.calls.callers());
  status.waiting = static_cast<std::uint32_t>(state.waiting.size());
  status.calls = state.calls_total;
  status.failures = state.failures_total;
  status.garbage_lines = state.garbage_total;
  status.tools = state.tools;
  return status;
}

void cycle(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.supervisor || !state.alive) {
    self->send(state.options->tree->coordinator, server_cycled{state.options->spec.id});
    return;
  }
  state.cycling = true;
  const auto child = state.options->spec.id.value;
  if (state.instances == instances_status::ending || state.instances == instances_status::dozing)
    return; // It ends already, and stays ended.
  // As in OTP, one that is temporary ends with its group and is not started again.
  if (state.options->spec.policy.restart == restart_type::temporary) {
    self->send(state.supervisor, stop_child{child});
    return;
  }
  state.instances = instances_status::starting;
  state.reason = "restarts with its group";
  self->send(state.supervisor, restart_child{child});
  changed(self);
}

void tell(server_actor_pointer self, const tell_standing& asked) {
  auto& state = self->state;
  if (asked.coordinator) {
    if (state.published) self->send(asked.coordinator, *state.published);
    if (state.supervisor) self->send(state.supervisor, coordinator_changed{asked.coordinator});
    if (state.keep.asks()) self->send(asked.coordinator, sleep_wanted{state.options->spec.id});
    return;
  }
  auto& manager = state.options->tree->manager;
  self->send(manager, server_up{state.options->spec.id, caf::actor_cast<caf::actor>(self)});
  if (state.published) self->send(manager, *state.published);
}

} // namespace toolscore
