#include "actors/server_instances_actor.hpp"

#include "actors/server_calls_actor.hpp"
#include "actors/server_crashes_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "actors/server_logs_actor.hpp"
#include "actors/server_orders_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "actors/server_pins_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "config/json_text.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {
namespace {

void arm_ping(server_actor_pointer self, replica& one) {
  const auto every = self->state.options->spec->policy.ping.every;
  if (every.count() > 0)
    self->delayed_send(self, every, ping_due{++one.ping_generation, one.place});
}

/// The coordinator hears of a cycle's end once all that lived at its beginning are gone.
void answer_cycle(server_actor_pointer self, replica& one) {
  auto& state = self->state;
  one.cycling = false;
  const auto left = std::any_of(state.replicas.begin(), state.replicas.end(),
                                [](const replica& x) { return x.cycling; });
  if (left || !std::exchange(state.cycling, false)) return;
  self->send(state.options->tree->coordinator, server_cycled{state.options->spec->id});
}

/// An instance of `one` is gone, by its own word or, where its actor died, by its supervisor's.
void lose_instance(server_actor_pointer self, replica& one, const instance_gone& message) {
  auto& state = self->state;
  one.number = message.number;
  one.gone = message.number;
  const auto lines_begun = one.wire ? one.wire->lines_begun() : ~std::uint64_t{0};
  one.wire = nullptr;
  one.instance = nullptr;
  one.drains = nullptr;
  one.word = {};
  one.port = 0;
  one.pid = 0;
  one.init_pid = 0;
  one.confinement.clear();
  set_reason(state, one,
             message.reason.kind == gone_kind::stopped ? "" : to_string(message.reason));
  lose_list(self, one);
  one.listens.reset();
  one.log_told = one.log_calls = log_untold;
  if (one.owned_by.empty() && state.keep) state.keep->on_gone(one.place);
  ++one.ping_generation;
  one.login = message.reason.kind == gone_kind::login_needed;
  one.last_exit.reset();
  if (message.reason.kind == gone_kind::exited || message.reason.kind == gone_kind::killed)
    one.last_exit = message.reason.exit;
  lose_calls(self, one, lines_begun, message.reason);
  draft_crash(self, one, message);
  if (message.left) return set_reason(state, one, "it outlives the node"); // So does its row.
  self->send(state.options->tree->store, drop_instance{{state.options->spec->id, message.number}});
  // What it never saw goes to another at once.
  const bool others = std::any_of(state.replicas.begin(), state.replicas.end(),
                                  [](const replica& x) { return x.wire != nullptr; });
  if (others) write_waiting(self);
}

} // namespace

void take_started(server_actor_pointer self, const instance_started& message) {
  auto& state = self->state;
  auto* one = replica_with(state, message.number);
  if (one == nullptr) return;
  note_concerned(state, *one);
  one->number = message.number;
  one->instance = message.instance;
  one->pid = message.pid;
  one->init_pid = message.init_pid;
  one->confinement = message.confinement;
  one->port = message.port;
  one->word = {};
  one->logs.begin(message.number, message.log);
  begin_life(self, *one, message);
  if (message.adopted) // Its row stands, and nobody is to read of a start that was none.
    set_reason(state, *one, "adopted: it runs since a former node's time");
  else
    self->send(
        state.options->tree->store,
        put_instance{{state.options->spec->id, message.number}, message.pid, message.init_pid});
  publish(self);
}

void take_ready(server_actor_pointer self, const instance_ready& message) {
  auto& state = self->state;
  auto* one = replica_with(state, message.number);
  if (one == nullptr || message.number != one->number || !state.supervisor) return;
  note_concerned(state, *one);
  one->current.was_ready = true;
  one->wire = message.wire;
  const bool again = one->handshake != nullptr;
  one->handshake.reset();
  if (message.handshake)
    one->handshake = std::make_shared<const mcp::handshake_result>(*message.handshake);
  if (one->handshake && one->owned_by.empty()) state.handshake = one->handshake;
  state.breaker.reset();
  one->life = liveness{state.options->spec->policy.ping};
  set_reason(state, *one, "");
  const bool ends =
      one->status == instances_status::ending || one->status == instances_status::dozing;
  if (!ends) set_status(state, *one, instances_status::ready);
  begin_upkeep(self, *one);
  changed(self);
  if (!one->wire) return;
  if (one->owned_by.empty()) begin_look(self);
  fetch_lists(self, *one);
  sync_listens(self, *one);
  sync_log_level(self, *one);
  if (again) announce_new_instance(self, *one);
  write_waiting(self);
  arm_ping(self, *one);
}

void take_word(server_actor_pointer self, const instance_word& message) {
  if (auto* one = replica_with(self->state, message.number); one && one->number == message.number)
    one->word = message;
}

void take_draining(server_actor_pointer self, const instance_draining& message) {
  auto* one = replica_with(self->state, message.number);
  if (one == nullptr) return;
  one->wire = nullptr;
  one->drains = message.instance;
  if (auto& keep = self->state.keep; one->owned_by.empty() && keep) keep->on_gone(one->place);
  check_drained(self, *one);
}

void take_gone(server_actor_pointer self, const instance_gone& message) {
  // One that could not be spawned has never been told as started, but why is wanted all the more.
  if (auto* one = replica_with(self->state, message.number)) lose_instance(self, *one, message);
}

void take_report(server_actor_pointer self, const child_report& report) {
  auto& state = self->state;
  auto* one = replica_named(state, report.child);
  if (one == nullptr) return;
  note_concerned(state, *one);
  one->attempt = report.attempt;
  one->delay = report.delay;
  if (report.what == child_event::ready) return; // The instance itself has said so already.
  // An instance tells its end itself, before its supervisor does, unless its actor died of a fault.
  if (report.what == child_event::ended && report.number > one->gone)
    lose_instance(self, *one,
                  {report.number, {gone_kind::internal_error, {}, one_line(report.reason)}});
  if (report.what == child_event::starting) {
    // Its own messages follow this one: it runs after its supervisor has told of it.
    one->alive = true;
    if (std::exchange(one->spawned, report.number) != 0 && !one->planned) ++state.restarts;
    one->planned = false;
  }
  if (report.what == child_event::ended) {
    one->alive = false;
    one->succeeded = report.reason.empty();
    answer_cycle(self, *one);
  }
  if (report.what == child_event::waiting) set_reason(state, *one, report.reason);
  if (one->status != instances_status::ending || report.what == child_event::finished)
    set_status(state, *one, after_report(one->status, report.what, one->login));
  // While others of it start, who waits for it to be started hears that this one runs no more.
  if (report.what == child_event::ended && state.instances == instances_status::starting &&
      state.shared > 1)
    publish(self);
  if (report.what == child_event::ended) return; // What is decided about it follows at once.
  fail_lost(self, *one);
  tell_crash(self, *one, report);
  if (!one->owned_by.empty()) take_own_report(self, *one, report);
  if (state.instances == instances_status::asleep) fell_asleep(self);
  changed(self);
  arm_upkeep(self);
}

void take_ping_due(server_actor_pointer self, const ping_due& message) {
  auto& one = self->state.replicas.at(message.replica);
  if (message.generation != one.ping_generation || !one.wire) return;
  one.life.asked();
  ask_server(self, one, own_request::ping, "{}");
  arm_ping(self, one);
}

} // namespace toolscore
