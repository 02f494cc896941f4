#include "actors/server_crashes_actor.hpp"

#include <caf/send.hpp>

namespace toolscore {

void begin_life(server_actor_pointer self, replica& one, const instance_started& message) {
  instance_life now;
  now.number = message.number;
  now.pid = message.pid;
  now.since = self->clock().now();
  one.current = now;
}

void draft_crash(server_actor_pointer self, replica& one, const instance_gone& message) {
  auto& state = self->state;
  const auto life = std::exchange(one.current, {});
  if (message.reason.kind == gone_kind::stopped || message.reason.kind == gone_kind::login_needed)
    return;
  const crash_limits limits;
  crash_facts facts;
  facts.server = state.options->spec->id;
  facts.instance = message.number;
  facts.reason = message.reason;
  facts.at = std::chrono::system_clock::now();
  if (life.number == message.number) { // Else it never ran.
    facts.pid = life.pid;
    facts.uptime =
        std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - life.since);
    facts.was_ready = life.was_ready;
    auto log = one.logs.end_of(message.number, limits.log_bytes_max);
    facts.log = std::move(log.text);
    facts.log_cut = log.gap;
  }
  auto drafted = draft_crash(facts, one.lost, limits);
  one.crash = drafted ? std::make_unique<crash_report>(std::move(*drafted)) : nullptr;
}

void tell_crash(server_actor_pointer self, replica& one, const child_report& decision) {
  if (!one.crash) return;
  auto report = std::move(*std::exchange(one.crash, nullptr));
  if (!decide_crash(report, decision, one.succeeded)) return;
  auto& tree = *self->state.options->tree;
  event entry;
  entry.at = report.at;
  entry.kind = "server.crashed";
  entry.server = report.server;
  entry.fields = crash_fields(report);
  self->send(tree.events, new_event{std::move(entry)});
  if (tree.records.put_crash(std::move(report))) self->send(tree.store, crashes_waiting{});
}

} // namespace toolscore
