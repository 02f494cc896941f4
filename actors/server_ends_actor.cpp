#include "actors/server_ends_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "actors/server_questions_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_rounds_actor.hpp"
#include "loop/log_io.hpp"
#include "mcp/answers.hpp"
#include "mcp/splice.hpp"

#include <caf/send.hpp>

#include <iterator>

namespace toolscore {
namespace {

/// For what has long been written; the loop reads it within a turn.
constexpr std::chrono::milliseconds read_first{100};

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A stalled pipe shows here too: pings wait in it behind what is not read.
void miss_pings(server_actor_pointer self, replica& one, std::uint32_t count,
                steady_clock::time_point oldest) {
  if (!one.wire || !one.instance) return; // It drains: its stop has deadlines of its own.
  if (!one.life.expired(count, oldest, self->clock().now())) return;
  auto detail = "its pings went unanswered: " + one.life.detail();
  if (const auto bytes = one.wire->queued_bytes(); bytes != 0)
    detail += "; " + std::to_string(bytes) + " bytes wait for it to read them";
  self->send(one.instance, instance_hung{std::move(detail)});
}

/// Pings that were found past their deadline, one replica after the other.
void miss_pings(server_actor_pointer self, const std::vector<pending_call>& pings) {
  for (auto& one : self->state.replicas) {
    std::uint32_t count = 0;
    auto oldest = self->clock().now();
    for (const auto& ping : pings)
      if (ping.replica == one.place) {
        ++count;
        oldest = std::min(oldest, ping.deadline);
      }
    if (count != 0) miss_pings(self, one, count, oldest);
  }
}

/// The server is told that nobody waits for this answer.
void give_up(server_actor_pointer self, std::int64_t id, const pending_call& call,
             const std::string& reason) {
  self->state.calls.give_up(id, call, self->clock().now());
  const auto& one = self->state.replicas.at(call.replica);
  if (one.wire && call.instance == one.number)
    one.wire->send(std::make_shared<const std::string>(mcp::cancelled_line(id, reason)));
}

} // namespace

call_end end_of(server_actor_pointer self, std::uint64_t instance,
                steady_clock::time_point written) {
  auto& state = self->state;
  call_end end;
  end.instance = instance;
  if (state.handshake) end.server_version = state.handshake->server_version;
  end.server_commit = state.commit;
  end.written = written;
  end.now = self->clock().now();
  end.wall_now = std::chrono::system_clock::now();
  return end;
}

void record(server_actor_pointer self, call_record&& entry) {
  ++self->state.calls_total;
  if (!entry.success() && !entry.needs_input()) ++self->state.failures_total;
  auto& tree = *self->state.options->tree;
  if (tree.records.put(std::move(entry))) self->send(tree.store, records_waiting{});
}

void fail_call(server_actor_pointer self, call_request request, errc code, std::string detail,
               std::uint64_t instance, steady_clock::time_point written, bool admitted,
               const replica* of) {
  auto& state = self->state;
  const auto& speaks = speaker(state);
  const auto& last = of ? *of : speaks;
  call_failure failure;
  failure.code = code;
  failure.detail = std::move(detail);
  failure.server = state.options->spec->id.value;
  failure.state = to_string(state.status());
  failure.attempt = last.attempt;
  if (state.instances == instances_status::backing_off ||
      state.instances == instances_status::parked)
    failure.retry_in = speaks.delay;
  else if (code == errc::server_gone && state.status() != process_status::stopped)
    failure.retry_in = milliseconds{0};
  std::optional<gone_kind> ended;
  if (code == errc::server_gone && of) ended = of->lost_by;
  if (code == errc::server_gone && last.last_exit) {
    auto& told = last.last_exit->signaled ? failure.signal : failure.exit_code;
    told = last.last_exit->status;
    failure.out_of_memory = last.last_exit->out_of_memory;
  }
  if (admitted && state.keep) state.keep->on_used(self->clock().now());
  auto reply = request.reply;
  auto text = mcp::failure_response(id_of(request), failure, ended);
  if (is_recorded(request)) {
    auto entry =
        unanswered(state.options->spec->id, std::move(request), end_of(self, instance, written),
                   admitted, mcp::failure_reason(failure, ended));
    entry.ended = ended;
    record(self, std::move(entry));
  }
  reply->end(200, std::make_shared<const std::string>(std::move(text)));
}

void arm_sweep(server_actor_pointer self, steady_clock::time_point due) {
  auto& state = self->state;
  if (state.sweep_at && *state.sweep_at <= due) return;
  state.sweep_at = due;
  self->scheduled_send(self, due, sweep_due{++state.sweep_generation});
}

void cancel_call(server_actor_pointer self, const call_cancel& request) {
  auto& state = self->state;
  if (const auto id = state.calls.id_of(request.reply.get())) {
    auto call = state.calls.take(*id);
    give_up(self, *id, *call, request.reason);
    fail_call(self, std::move(call->request), errc::cancelled,
              detail_cancelled(request.reason, false), call->instance, call->written, true);
    check_drained(self, state.replicas.at(call->replica));
    return serve_waiting(self);
  }
  for (auto at = state.waiting.begin(); at != state.waiting.end(); ++at) {
    if (at->request.reply != request.reply) continue;
    auto waiting = std::move(at->request);
    state.waiting.drop(at);
    return fail_call(self, std::move(waiting), errc::cancelled,
                     detail_cancelled(request.reason, true));
  }
  if (!end_listen(self, request.reply.get())) cancel_round(self, request);
}

void lose_calls(server_actor_pointer self, replica& one, std::uint64_t lines_begun,
                const gone_reason& reason) {
  auto& state = self->state;
  one.lost_reason = detail_gone(reason);
  one.lost_by = reason.kind;
  const auto deadline = self->clock().now() + state.options->spec->policy.queue.wait;
  waiting_line::list unseen;
  for (auto& [id, call] : state.calls.take_instance(one.number)) {
    if (call.own != own_request::none) continue;
    // What the server never saw is no call in flight: it waits for the next instance.
    if (call.line > lines_begun)
      unseen.push_back({std::move(call.request), deadline, waits_for::start, 0});
    else
      one.lost.push_back(std::move(call));
  }
  if (unseen.empty()) return;
  state.waiting.add_first(std::move(unseen));
  arm_sweep(self, deadline);
}

void fail_lost(server_actor_pointer self, replica& one) {
  for (auto& call : std::exchange(one.lost, {}))
    fail_call(self, std::move(call.request), errc::server_gone, one.lost_reason, call.instance,
              call.written, true, &one);
}

void fail_waiting(server_actor_pointer self) {
  const auto reason = reason_of(self->state);
  for (auto& entry : self->state.waiting.take_all())
    fail_call(self, std::move(entry.request), errc::server_not_ready, reason);
  fail_rounds(self, reason);
}

void count_failure(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.breaker.on_failure(self->clock().now())) return;
  const auto& spec = *state.options->spec;
  log::write(log::level::warn, "server.breaker_open",
             {log::kv("server", spec.id.value),
              log::kv("reason", detail_open(state.breaker.failures(), spec.policy.breaker.open))});
}

void sweep(server_actor_pointer self) {
  auto& state = self->state;
  const auto& policy = state.options->spec->policy;
  const auto now = self->clock().now();
  const auto due = std::exchange(state.sweep_at, std::nullopt).value_or(now);
  // We were suspended or starved. What the servers wrote meanwhile stands in their pipes, and is
  // read before anything is said to have come too late.
  const bool late = now - due > liveness::late_max;
  if (late && !std::exchange(state.sweep_forgiven, true)) return arm_sweep(self, now + read_first);
  state.sweep_forgiven = false;
  std::vector<pending_call> pings;
  for (auto& [id, call] : state.calls.take_expired(now)) {
    if (call.own == own_request::ping) {
      pings.push_back(std::move(call));
      continue;
    }
    if (call.own == own_request::list) {
      give_up_list(self, state.replicas.at(call.replica));
      continue;
    }
    give_up(self, id, call, "timeout");
    if (call.questions.empty()) count_failure(self);
    auto detail = call.questions.empty()
                      ? detail_timed_out(policy.call_timeout, policy.call_timeout_max)
                      : detail_unanswered(answer_wait);
    fail_call(self, std::move(call.request), errc::call_timed_out, std::move(detail), call.instance,
              call.written, true);
  }
  if (!pings.empty()) miss_pings(self, pings);
  auto next_wait = std::chrono::steady_clock::time_point::max();
  for (auto at = state.waiting.begin(); at != state.waiting.end();) {
    if (at->deadline > now) {
      next_wait = std::min(next_wait, (at++)->deadline);
      continue;
    }
    auto request = std::move(at->request);
    const auto why = at->why;
    at = state.waiting.drop(at);
    if (why == waits_for::start)
      fail_call(self, std::move(request), errc::server_not_ready,
                detail_waited(policy.queue.wait, reason_of(state)));
    else
      fail_call(self, std::move(request), errc::queue_full,
                detail_no_turn(policy.queue.wait, state.calls.callers()));
  }
  if (const auto next = state.calls.next_deadline()) arm_sweep(self, *next);
  if (!state.waiting.empty()) arm_sweep(self, next_wait);
  sweep_rounds(self);
  for (auto& one : state.replicas) check_drained(self, one);
  serve_waiting(self);
}

void check_drained(server_actor_pointer self, replica& one) {
  if (!one.drains || self->state.calls.callers_of(one.place) != 0) return;
  self->send(one.drains, instance_drained{});
  one.drains = nullptr;
}

} // namespace toolscore
