#include "actors/instance_evidence_actor.hpp"

#include "actors/crash_report.hpp"
#include "config/log_pattern.hpp"
#include "messages/late_value.hpp"
#include "runners/container/container_plan.hpp"
#include "runners/notification.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {
namespace {

using options_ref = const instance_options_pointer&;
using std::chrono::microseconds;

/// It neither ends nor is ended.
bool goes_on(instance_pointer self) {
  return !self->state.stop_reason && !self->state.verdict;
}

void tell_word(instance_pointer self, options_ref options) {
  self->send(options->owner, instance_word{options->id.number, self->state.evidence->said,
                                           self->state.evidence->unhealthy});
}

void schedule(instance_pointer self, std::chrono::steady_clock::time_point at,
              std::function<void()> work) {
  self->scheduled_send(self, at, resume{std::move(work)});
}

void arm_watch(instance_pointer self) {
  auto& state = self->state;
  const auto due = state.evidence->dog.due();
  if (!due || (state.evidence->watch_at && *state.evidence->watch_at <= *due)) return;
  state.evidence->watch_at = due;
  schedule(self, *due, [self, armed = *due] {
    auto& now = self->state;
    if (now.evidence->watch_at != armed || !goes_on(self)) return;
    now.evidence->watch_at.reset();
    if (now.evidence->dog.is_hung(self->clock().now()))
      return condemn(self, gone_kind::hung, now.evidence->dog.detail());
    arm_watch(self);
  });
}

void probe(instance_pointer self, options_ref options);

void probe_later(instance_pointer self, options_ref options, milliseconds pause) {
  schedule(self, self->clock().now() + pause, [self, options] {
    if (goes_on(self)) probe(self, options);
  });
}

void begin_liveness(instance_pointer self, options_ref options) {
  auto& state = self->state;
  const auto& ping = options->policy->ping;
  state.evidence->dog.on_ready(self->clock().now());
  arm_watch(self);
  state.evidence->health = liveness{ping};
  if (state.evidence->without_handshake.probes() && ping.every.count() > 0)
    probe_later(self, options, ping.every);
}

/// When something may have made it ready.
void take_evidence(instance_pointer self, options_ref options, readiness::verdict verdict) {
  auto& state = self->state;
  if (state.at != instance_state::starting || !goes_on(self)) return;
  if (verdict == readiness::verdict::ready) {
    become_ready(self, options, std::nullopt);
    begin_liveness(self, options);
  }
  if (verdict == readiness::verdict::timed_out)
    condemn(self, gone_kind::handshake_timeout,
            "it waits for " + state.evidence->without_handshake.waiting_for());
}

/// One probe of an instance that is ready; a single success begins the count anew.
void take_health(instance_pointer self, options_ref options, const std::string& failure,
                 std::chrono::steady_clock::time_point asked) {
  auto& state = self->state;
  const auto& ping = options->policy->ping;
  const auto now = self->clock().now();
  auto unhealthy = std::string{};
  if (failure.empty()) {
    state.evidence->health.answered();
  } else {
    const bool hung = state.evidence->health.expired(1, std::min(now, asked + ping.timeout), now);
    const auto count = state.evidence->health.missed();
    unhealthy = std::to_string(count) + (count == 1 ? " probe" : " probes") +
                " in a row failed, the last with: " + failure;
    if (hung) return condemn(self, gone_kind::hung, std::move(unhealthy));
    if (count == 0) unhealthy.clear();
  }
  if (std::exchange(state.evidence->unhealthy, unhealthy) != unhealthy) tell_word(self, options);
  probe_later(self, options, ping.every);
}

void take_probe(instance_pointer self, options_ref options, std::string failure,
                std::chrono::steady_clock::time_point asked) {
  auto& state = self->state;
  state.evidence->probing = nullptr;
  if (!goes_on(self)) return;
  if (state.at == instance_state::ready) return take_health(self, options, failure, asked);
  if (state.at != instance_state::starting) return;
  take_evidence(self, options, state.evidence->without_handshake.on_probed(std::move(failure)));
  if (state.at == instance_state::starting)
    probe_later(self, options, state.evidence->without_handshake.next_pause());
}

void probe(instance_pointer self, options_ref options) {
  auto& state = self->state;
  const auto& ready = *options->policy->ready;
  const probe_target target{ready.kind, state.port, ready.path, options->policy->ping.timeout};
  const auto asked = self->clock().now();
  state.evidence->probing = options->outside->probe(
      target, back_to<std::string>(self, [self, options, asked](std::string failure) {
        take_probe(self, options, std::move(failure), asked);
      }));
}

void take_words(instance_pointer self, options_ref options, const std::string& datagram) {
  auto& state = self->state;
  auto words = read_notification(datagram);
  const auto now = self->clock().now();
  if (words.status) {
    auto said = line_without_secrets(*words.status, status_bytes_max);
    if (std::exchange(state.evidence->said, said) != said) tell_word(self, options);
  }
  if (!goes_on(self)) return;
  if (words.extend) state.evidence->without_handshake.extend(*words.extend, now);
  if (words.alive) state.evidence->dog.on_alive(now);
  if (words.stopping) state.evidence->dog.on_stopping(now);
  if (words.trigger) return condemn(self, gone_kind::hung, "it said WATCHDOG=trigger");
  if (words.ready) take_evidence(self, options, state.evidence->without_handshake.on_notified());
  arm_watch(self);
}

/// Looks at each line of the log until one matches, on the loop: a line costs no message.
std::function<void(std::string_view)> log_watch(instance_pointer self, options_ref options) {
  if (!self->state.evidence->without_handshake.watches_log()) return {};
  auto pattern = log_pattern::compile(options->policy->ready->log_pattern);
  if (!pattern) return {}; // It was compiled when the configuration was read.
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto tell = [=] {
    take_evidence(self, options, self->state.evidence->without_handshake.on_line_matched());
  };
  return [me, tell, pattern = *pattern, seen = false](std::string_view line) mutable {
    if (seen || !pattern.matches(line)) return;
    seen = true;
    caf::anon_send(me, resume{tell});
  };
}

/// Puts the port where the definition names it.
void name_port(std::string& text, const std::string& port) {
  static constexpr std::string_view name = "${PORT}";
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + port.size()))
    text.replace(at, name.size(), port);
}

result<done> take_port(instance_pointer self, options_ref options, launch_plan& plan) {
  auto& state = self->state;
  if (!options->policy->port) return done{};
  state.port = *options->policy->port;
  const auto kept = options->processes->kept(options->id.server);
  if (state.port == port_auto && kept && kept->digest == options->kept_digest)
    state.port = kept->port; // It listens there already.
  if (state.port == port_auto) {
    auto lease = options->outside->lease_port();
    if (!lease) return lease.failure();
    state.evidence->port_lease = *lease;
    state.port = **lease;
  }
  if (plan.container) plan.container->port = state.port;
  // A container listens where its own PORT says, if it has one; the host's port leads there.
  const auto text = std::to_string(plan.container ? inner_port(plan) : state.port);
  for (auto& argument : plan.argv) name_port(argument, text);
  for (auto& [name, value] : plan.env) {
    auto pieces = late_pieces(value);
    for (auto& piece : pieces)
      if (piece.what == late_piece::kind::text) name_port(piece.text, text);
    value = is_late(value) || pieces.empty() ? late_value(pieces) : pieces[0].text;
  }
  plan.env["PORT"] = text;
  return done{};
}

result<done> open_socket(instance_pointer self, options_ref options, launch_plan& plan) {
  auto& state = self->state;
  if (!state.evidence->without_handshake.is_notified()) return done{};
  auto channel = options->outside->open_notify(back_to<std::string>(
      self, [self, options](const std::string& text) { take_words(self, options, text); }));
  if (!channel) return channel.failure();
  state.evidence->notify = std::move(*channel);
  plan.env["NOTIFY_SOCKET"] = state.evidence->notify->address();
  state.evidence->dog = watchdog(*options->policy);
  if (state.evidence->dog.period().count() > 0)
    plan.env["WATCHDOG_USEC"] = std::to_string(microseconds(state.evidence->dog.period()).count());
  return done{};
}

} // namespace

result<std::shared_ptr<const launch_plan>>
prepare_evidence(instance_pointer self, options_ref options, spawn_options& how) {
  auto& state = self->state;
  state.evidence->without_handshake = readiness(*options->policy);
  how.on_log_line = log_watch(self, options);
  const auto keep = [&] {
    if (!options->kept_digest.empty())
      how.keep = kept_as{options->id, options->kept_digest, state.port, options->policy->stop.term};
  };
  auto given = options->plan.unpacked();
  if (!options->policy->port && !state.evidence->without_handshake.is_notified()) {
    keep();
    return given;
  }
  auto plan = std::make_shared<launch_plan>(*given);
  if (auto taken = take_port(self, options, *plan); !taken) return taken.failure();
  if (auto opened = open_socket(self, options, *plan); !opened) return opened.failure();
  keep();
  return std::shared_ptr<const launch_plan>(std::move(plan));
}

void begin_evidence(instance_pointer self, options_ref options) {
  auto& state = self->state;
  if (state.evidence->notify)
    state.evidence->notify->listen(state.process->init_pid(), state.process->pid());
  take_evidence(self, options, state.evidence->without_handshake.on_started(self->clock().now()));
  // Its line may have been written to a former node, long ago.
  if (state.evidence->without_handshake.watches_log() && state.process->was_ready())
    take_evidence(self, options, state.evidence->without_handshake.on_line_matched());
  if (state.at == instance_state::starting && state.evidence->without_handshake.probes())
    probe(self, options);
  const auto& kind = state.evidence->without_handshake;
  const bool more = kind.watches_log() || kind.is_notified() || kind.probes() ||
                    state.evidence->port_lease != nullptr;
  if (state.at == instance_state::ready && !more) state.evidence.reset();
}

void take_start_timeout(instance_pointer self, options_ref options) {
  auto& state = self->state;
  if (state.at != instance_state::starting) return; // It may have no evidence any more.
  auto& evidence = state.evidence->without_handshake;
  state.start_deadline = evidence.deadline(); // Its words may have moved it.
  if (give_another_round(self, options)) return;
  const auto verdict = evidence.on_timeout(self->clock().now());
  take_evidence(self, options, verdict);
  if (verdict == readiness::verdict::wait && state.at == instance_state::starting)
    self->scheduled_send(self, evidence.deadline(), start_timeout_due{});
}

} // namespace toolscore
