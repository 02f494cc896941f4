#include "actors/server_ends_actor.hpp"

#include "actors/call_refusal.hpp"
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
void miss_pings(server_actor_pointer self, std::uint32_t count, steady_clock::time_point oldest) {
  auto& state = self->state;
  if (!state.wire || !state.instance) return; // It drains: its stop has deadlines of its own.
  if (!state.life.expired(count, oldest, self->clock().now())) return;
  auto detail = "its pings went unanswered: " + state.life.detail();
  if (const auto bytes = state.wire->queued_bytes(); bytes != 0)
    detail += "; " + std::to_string(bytes) + " bytes wait for it to read them";
  self->send(state.instance, instance_hung{std::move(detail)});
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
  if (!entry.success()) ++self->state.failures_total;
  auto& tree = *self->state.options->tree;
  if (tree.records.put(std::move(entry))) self->send(tree.store, records_waiting{});
}

void fail_call(server_actor_pointer self, call_request request, errc code, std::string detail,
               std::uint64_t instance, steady_clock::time_point written, bool admitted) {
  auto& state = self->state;
  call_failure failure;
  failure.code = code;
  failure.detail = std::move(detail);
  failure.server = state.options->spec.id.value;
  failure.state = to_string(state.status());
  failure.attempt = state.attempt;
  if (state.instances == instances_status::backing_off ||
      state.instances == instances_status::parked)
    failure.retry_in = state.delay;
  else if (code == errc::server_gone && state.status() != process_status::stopped)
    failure.retry_in = milliseconds{0};
  if (code == errc::server_gone && state.last_exit) {
    auto& told = state.last_exit->signaled ? failure.signal : failure.exit_code;
    told = state.last_exit->status;
    failure.out_of_memory = state.last_exit->out_of_memory;
  }
  if (admitted && state.keep.counts_use()) state.keep.on_used(self->clock().now());
  auto reply = request.reply;
  auto text = mcp::failure_response(id_of(request), failure);
  if (is_recorded(request))
    record(self,
           unanswered(state.options->spec.id, std::move(request), end_of(self, instance, written),
                      admitted, mcp::failure_reason(failure)));
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
    if (state.wire && call->instance == state.number)
      state.wire->send(
          std::make_shared<const std::string>(mcp::cancelled_line(*id, request.reason)));
    fail_call(self, std::move(call->request), errc::cancelled,
              detail_cancelled(request.reason, false), call->instance, call->written, true);
    return check_drained(self);
  }
  for (auto at = state.waiting.begin(); at != state.waiting.end(); ++at) {
    if (at->request.reply != request.reply) continue;
    auto waiting = std::move(at->request);
    state.waiting.erase(at);
    return fail_call(self, std::move(waiting), errc::cancelled,
                     detail_cancelled(request.reason, true));
  }
}

void lose_calls(server_actor_pointer self, std::uint64_t number, std::uint64_t lines_begun,
                const gone_reason& reason) {
  auto& state = self->state;
  state.lost_reason = detail_gone(reason);
  const auto deadline = self->clock().now() + state.options->spec.policy.queue.wait;
  std::deque<waiting_call> unseen;
  for (auto& [id, call] : state.calls.take_instance(number)) {
    if (call.own != own_request::none) continue;
    // What the server never saw is no call in flight: it waits for the next instance.
    if (call.line > lines_begun)
      unseen.push_back({std::move(call.request), deadline});
    else
      state.lost.push_back(std::move(call));
  }
  if (unseen.empty()) return;
  std::move(state.waiting.begin(), state.waiting.end(), std::back_inserter(unseen));
  state.waiting = std::move(unseen);
  arm_sweep(self, deadline);
}

void fail_lost(server_actor_pointer self) {
  auto& state = self->state;
  for (auto& call : std::exchange(state.lost, {}))
    fail_call(self, std::move(call.request), errc::server_gone, state.lost_reason, call.instance,
              call.written, true);
}

void fail_waiting(server_actor_pointer self) {
  auto& state = self->state;
  for (auto& entry : std::exchange(state.waiting, {}))
    fail_call(self, std::move(entry.request), errc::server_not_ready, state.reason);
}

void sweep(server_actor_pointer self) {
  auto& state = self->state;
  const auto& policy = state.options->spec.policy;
  const auto now = self->clock().now();
  const auto due = std::exchange(state.sweep_at, std::nullopt).value_or(now);
  // We were suspended or starved. What the servers wrote meanwhile stands in their pipes, and is
  // read before anything is said to have come too late.
  const bool late = now - due > liveness::late_max;
  if (late && !std::exchange(state.sweep_forgiven, true)) return arm_sweep(self, now + read_first);
  state.sweep_forgiven = false;
  std::uint32_t pings = 0;
  auto oldest = now;
  for (auto& [id, call] : state.calls.take_expired(now)) {
    if (call.own == own_request::ping) {
      ++pings;
      oldest = std::min(oldest, call.deadline);
      continue;
    }
    if (call.own == own_request::list_tools) {
      state.pager.reset();
      continue;
    }
    if (state.wire && call.instance == state.number)
      state.wire->send(std::make_shared<const std::string>(mcp::cancelled_line(id, "timeout")));
    fail_call(self, std::move(call.request), errc::call_timed_out,
              detail_timed_out(policy.call_timeout, policy.call_timeout_max), call.instance,
              call.written, true);
  }
  if (pings != 0) miss_pings(self, pings, oldest);
  while (!state.waiting.empty() && state.waiting.front().deadline <= now) {
    auto request = std::move(state.waiting.front().request);
    state.waiting.pop_front();
    fail_call(self, std::move(request), errc::server_not_ready,
              detail_waited(policy.queue.wait, state.reason));
  }
  if (const auto next = state.calls.next_deadline()) arm_sweep(self, *next);
  if (!state.waiting.empty()) arm_sweep(self, state.waiting.front().deadline);
  check_drained(self);
}

void check_drained(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.drains || state.calls.callers_of(state.drains_number) != 0) return;
  self->send(state.drains, instance_drained{});
  state.drains = nullptr;
}

} // namespace toolscore
