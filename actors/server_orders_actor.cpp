#include "actors/server_orders_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_keep_actor.hpp"
#include "actors/server_login_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_update_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "runners/process_runner_actor.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

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
                                            state.options->spec->id.value + "\" overtook the " +
                                            to_string(order.verb)});
  }
}

bool is_any_starting(server_actor_pointer self) {
  const auto all = for_everybody(self->state);
  return std::any_of(all.begin(), all.end(), [](const replica& x) {
    return x.status == instances_status::starting || x.status == instances_status::none;
  });
}

/// Starts those that are not ready; each forgets its brakes.
void start_replicas(server_actor_pointer self) {
  auto& state = self->state;
  for (auto& one : for_everybody(state)) {
    if (one.status == instances_status::ready) continue;
    set_status(state, one, instances_status::starting);
    self->send(state.supervisor, start_child{one.child});
  }
}

void restart_replicas(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.supervisor) return start_supervisor(self);
  end_own_instances(self);
  for (auto& one : for_everybody(state)) {
    one.replaced = one.number;
    set_status(state, one, instances_status::starting);
    self->send(state.supervisor, restart_child{one.child});
  }
}

void stop_replicas(server_actor_pointer self) {
  auto& state = self->state;
  end_own_instances(self);
  for (auto& one : for_everybody(state)) {
    if (one.status == instances_status::asleep || one.status == instances_status::finished) {
      set_status(state, one, instances_status::finished); // There is nothing of it to end.
    } else if (state.supervisor) {
      set_status(state, one, instances_status::ending);
      self->send(state.supervisor, stop_child{one.child});
    }
  }
}

/// Answers whoever waits for what has now come true, or can no longer come true.
void settle_orders(server_actor_pointer self) {
  auto& state = self->state;
  if (state.orders.empty()) return;
  const auto status = state.status();
  const auto reason = reason_of(state);
  const bool verdict = status == process_status::failed || status == process_status::crash_loop ||
                       status == process_status::needs_login || status == process_status::completed;
  // Those of its replicas that are not ready then stay so for longer than an order waits.
  const bool up_as_far_as_it_goes = status == process_status::ready ||
                                    (status == process_status::degraded && !is_any_starting(self));
  std::vector<open_order> left;
  for (auto& order : std::exchange(state.orders, {})) {
    const bool up = wants_up(order.verb);
    if (up && up_as_far_as_it_goes)
      order.then(done{});
    else if (up && (verdict || status == process_status::stopped))
      order.then(
          error{status == process_status::failed ? errc::install_failed : errc::server_not_ready,
                "server \"" + state.options->spec->id.value + "\" is " + to_string(status) +
                    (reason.empty() ? "" : ": " + reason)});
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
  answer_overtaken(self, order.verb);
  if (order.verb != server_verb::start) forsake_kept(self);
  if (order.then) state.orders.push_back({order.verb, order.then});
  if (away && wants_up(order.verb) && state.desired == desired_state::running)
    return wake(self, wake_cause::order);
  switch (order.verb) {
  case server_verb::start:
    state.desired = desired_state::running;
    if (state.install == install_status::none || state.install == install_status::failed)
      ask_install(self);
    else if (state.install == install_status::installed && !state.supervisor)
      start_supervisor(self);
    else if (state.supervisor)
      start_replicas(self);
    break;
  case server_verb::restart:
    state.desired = desired_state::running;
    if (state.install != install_status::installed) {
      ask_install(self); // What comes of it starts the first instance.
      break;
    }
    restart_replicas(self);
    break;
  case server_verb::stop:
  case server_verb::remove:
    state.desired = desired_state::stopped;
    if (order.verb == server_verb::remove) forget_login(self);
    give_up_update(self, "a later " + std::string(to_string(order.verb)) + " overtook the update");
    if (state.install != install_status::installed) {
      self->send(state.options->tree->runner, cancel_install{state.options->spec->id});
      ++state.install_generation;
      state.install = install_status::none;
    }
    stop_replicas(self);
    break;
  }
  changed(self);
}

namespace {

/// Why one is no good, though it may be ready.
std::string health_of(const replica& one) {
  if (one.status != instances_status::ready) return one.reason;
  if (one.life.unhealthy()) return "unhealthy: no answer to " + one.life.detail();
  return one.word.unhealthy.empty() ? "" : "unhealthy: " + one.word.unhealthy;
}

replica_status describe(server_actor_pointer self, const replica& one) {
  const auto& state = self->state;
  replica_status row;
  row.instance = one.number;
  row.status = status_of(state.install, state.desired, one.status);
  row.pid = one.pid;
  row.init_pid = one.init_pid;
  row.port = one.port;
  row.in_flight = static_cast<std::uint32_t>(state.calls.callers_of(one.place));
  row.confinement = one.confinement;
  row.reason = health_of(one);
  row.said = one.word.said;
  return row;
}

} // namespace

server_status describe(server_actor_pointer self) {
  auto& state = self->state;
  const auto shared = for_everybody(state);
  const auto living = std::find_if(shared.begin(), shared.end(),
                                   [](const replica& x) { return x.instance != nullptr; });
  const auto& shown = living == shared.end() ? state.replicas.front() : *living;
  server_status status;
  status.id = state.options->spec->id;
  status.status = state.status();
  status.desired = state.desired;
  status.source = state.options->spec->source;
  status.pid = shown.pid;
  status.init_pid = shown.init_pid;
  status.instance = shown.number;
  status.restarts = state.restarts;
  status.confinement = shown.confinement;
  if (state.handshake) {
    status.era = to_string(state.handshake->server);
    status.protocol_version = state.handshake->protocol_version;
    status.version = state.handshake->server_version;
  }
  status.commit = state.commit;
  if (status.status != process_status::ready) status.reason = reason_of(state);
  for (const auto& one : shared)
    if (status.status == process_status::ready && status.reason.empty())
      status.reason = health_of(one);
  status.said = shown.word.said;
  status.port = shown.port;
  status.in_flight = static_cast<std::uint32_t>(state.calls.callers());
  status.waiting = static_cast<std::uint32_t>(state.waiting.size());
  status.calls = state.calls_total;
  status.failures = state.failures_total;
  status.garbage_lines = state.garbage_total;
  status.tools = state.tools;
  status.own_instances = own_instances(state);
  status.breaker = to_string(state.breaker.state());
  if (const auto wait = state.breaker.next_trial(self->clock().now());
      wait && status.reason.empty())
    status.reason = detail_open(state.breaker.failures(), *wait);
  status.replicas_asked = static_cast<std::uint32_t>(state.shared);
  status.replicas_ready = replicas_ready(state);
  if (state.shared > 1)
    for (const auto& one : shared) status.replicas.push_back(describe(self, one));
  return status;
}

log_answer read_logs(server_actor_pointer self, const log_request& request) {
  auto& all = self->state.replicas;
  const auto count = self->state.shared;
  auto answer = all.front().logs.read(request);
  if (count == 1) return answer;
  std::string text;
  const auto add = [&](const replica& one, const std::string& part) {
    if (part.empty()) return;
    text += "==> " + to_string(instance_id{self->state.options->spec->id, one.number}) + " <==\n";
    text += part;
    if (!part.ends_with('\n')) text += '\n';
  };
  add(all.front(), answer.text);
  for (std::size_t at = 1; at < count; ++at) {
    log_request one{request.lines, std::nullopt, {}};
    // One of which the asker knows no place is told from its first line on.
    if (request.from)
      one.from = at <= request.others.size() ? request.others[at - 1] : log_position{};
    const auto part = all[at].logs.read(one);
    add(all[at], part.text);
    answer.others.push_back(part.next);
    answer.gap = answer.gap || part.gap;
  }
  answer.text = std::move(text);
  return answer;
}

void cycle(server_actor_pointer self) {
  auto& state = self->state;
  // A start may have been granted just before: what it has spawned is told first.
  if (state.supervisor)
    self->send(state.supervisor, reports_told{});
  else
    self->send(state.options->tree->coordinator, server_cycled{state.options->spec->id});
}

void cycle_replicas(server_actor_pointer self) {
  auto& state = self->state;
  const auto is_alive = [](const replica& x) { return x.alive; };
  if (!state.supervisor || std::none_of(state.replicas.begin(), state.replicas.end(), is_alive)) {
    self->send(state.options->tree->coordinator, server_cycled{state.options->spec->id});
    return;
  }
  state.cycling = true;
  bool restarts = false;
  for (auto& one : state.replicas) {
    if (!one.alive) continue;
    one.cycling = true;
    if (one.status == instances_status::ending || one.status == instances_status::dozing)
      continue; // It ends already, and stays ended.
    // As in OTP, one that is temporary ends with its group and is not started again.
    if (state.options->spec->policy.restart == restart_type::temporary) {
      self->send(state.supervisor, stop_child{one.child});
      continue;
    }
    restarts = true;
    set_status(state, one, instances_status::starting);
    set_reason(state, one, "restarts with its group");
    self->send(state.supervisor, restart_child{one.child});
  }
  if (restarts) changed(self);
}

void tell(server_actor_pointer self, const tell_standing& asked) {
  auto& state = self->state;
  if (asked.coordinator) {
    if (const auto told = last_published(state)) self->send(asked.coordinator, *told);
    if (state.supervisor) self->send(state.supervisor, coordinator_changed{asked.coordinator});
    if (state.update && state.update->trial)
      self->send(state.update->trial, coordinator_changed{asked.coordinator});
    if (state.keep && state.keep->asks())
      self->send(asked.coordinator, sleep_wanted{state.options->spec->id});
    return;
  }
  auto& manager = state.options->tree->manager;
  self->send(manager, server_up{state.options->spec->id, caf::actor_cast<caf::actor>(self)});
  if (const auto told = last_published(state)) self->send(manager, *told);
}

} // namespace toolscore
