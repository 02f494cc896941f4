#include "actors/server_calls_actor.hpp"

#include "actors/call_refusal.hpp"
#include "loop/log_io.hpp"
#include "mcp/answer_id.hpp"
#include "mcp/answers.hpp"
#include "mcp/splice.hpp"
#include "mcp/translate.hpp"
#include "mcp/versions.hpp"
#include "runners/line_framer.hpp"

#include <caf/send.hpp>

#include <charconv>
#include <iterator>

namespace toolscore {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool is_recorded(const call_request& request) {
  return request.method == "tools/call";
}

std::string_view id_of(const call_request& request) {
  return request.spans.id.of(*request.body);
}

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

void record(server_actor_pointer self, call_record entry) {
  ++self->state.calls_total;
  if (!entry.success()) ++self->state.failures_total;
  auto& tree = *self->state.options->tree;
  if (tree.records.put(std::move(entry))) self->send(tree.store, records_waiting{});
}

/// Ends a call that got no answer: an error for the caller, a failed record.
void fail_call(server_actor_pointer self, call_request request, errc code, std::string detail,
               std::uint64_t instance = 0, steady_clock::time_point written = {},
               bool admitted = false) {
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
  }
  auto reply = request.reply;
  auto text = mcp::failure_response(id_of(request), failure);
  if (is_recorded(request))
    record(self,
           unanswered(state.options->spec.id, std::move(request), end_of(self, instance, written),
                      admitted, mcp::failure_reason(failure)));
  reply->end(200, std::make_shared<const std::string>(std::move(text)));
}

/// initialize and discover are answered from the handshake, ping at once.
bool answer_here(server_actor_pointer self, const call_request& request) {
  auto& state = self->state;
  std::string text;
  if (request.method == "initialize" && state.handshake)
    text = mcp::initialize_response(id_of(request), *state.handshake, request.version);
  else if (request.method == "server/discover" && state.handshake)
    text = mcp::discover_response(id_of(request), *state.handshake);
  else
    return false;
  request.reply->end(200, std::make_shared<const std::string>(std::move(text)));
  return true;
}

void arm_sweep(server_actor_pointer self, steady_clock::time_point due) {
  auto& state = self->state;
  if (state.sweep_at && *state.sweep_at <= due) return;
  state.sweep_at = due;
  self->scheduled_send(self, due, sweep_due{++state.sweep_generation});
}

void write_call(server_actor_pointer self, call_request request) {
  auto& state = self->state;
  if (answer_here(self, request)) return;
  if (state.calls.full())
    return fail_call(self, std::move(request), errc::queue_full,
                     detail_in_flight(state.options->spec.policy.queue.max));
  mcp::upstream_call upstream;
  upstream.id = state.calls.next_id();
  upstream.client = request.client;
  upstream.server = state.handshake->server;
  upstream.protocol_version = state.handshake->protocol_version;
  if (request.method == "tools/call" && !request.tool.empty()) upstream.name = request.tool;
  upstream.replace_progress_token = static_cast<bool>(request.spans.progress_token);
  auto line =
      std::make_shared<const std::string>(mcp::to_upstream(*request.body, request.spans, upstream));
  pending_call call;
  call.instance = state.number;
  call.written = self->clock().now();
  call.deadline = call.written + state.options->spec.policy.call_timeout;
  call.deadline_max = call.written + state.options->spec.policy.call_timeout_max;
  call.request = std::move(request);
  arm_sweep(self, call.deadline);
  call.line = state.wire->send(std::move(line));
  state.calls.enter(std::move(call));
}

void take_own_answer(server_actor_pointer self, const pending_call& call, const std::string& line,
                     const envelope& spans) {
  auto& state = self->state;
  if (call.own == own_request::ping) {
    state.pings_missed = 0;
    return;
  }
  if (!state.pager) return;
  if (spans.kind != message_kind::response) {
    state.pager.reset(); // A server without tools says so with an error.
    return;
  }
  auto step = state.pager->on_result(spans.result.of(line));
  if (auto* more = std::get_if<mcp::list_pager::next_page>(&step))
    return ask_server(self, own_request::list_tools, more->params);
  if (auto* finished = std::get_if<mcp::list_pager::finished>(&step)) {
    state.tools = static_cast<std::uint32_t>(finished->count);
    const auto& policy = state.options->spec.policy;
    self->send(state.options->tree->catalog,
               tools_changed{state.options->spec.id,
                             std::make_shared<const std::string>(std::move(finished->array)),
                             policy.tools_allow, policy.tools_deny});
  }
  state.pager.reset();
}

void take_answer(server_actor_pointer self, bytes line, envelope spans) {
  auto& state = self->state;
  const auto raw_id = spans.id.of(*line);
  std::int64_t id = 0;
  const auto parsed = std::from_chars(raw_id.data(), raw_id.data() + raw_id.size(), id);
  if (parsed.ec != std::errc{}) return;
  auto call = state.calls.take(id);
  if (!call) return; // Given up before: a late answer is dropped.
  if (call->own != own_request::none) return take_own_answer(self, *call, *line, spans);
  const bool rpc_error = spans.kind == message_kind::error_response;
  if (!rpc_error && !state.filter.open() && call->request.method == "tools/list") {
    line = state.filter.filtered_line(*line, spans.result);
    spans = *state.scanner.scan(*line);
  }
  mcp::downstream_answer answer;
  answer.id_raw = id_of(call->request);
  answer.client = call->request.client;
  answer.server = state.handshake->server;
  answer.method = call->request.method;
  auto text = mcp::to_client(*line, spans, answer);
  int http_status = 200;
  if (rpc_error)
    http_status = mcp::http_status_of(call->request.client,
                                      mcp::error_code(spans.failure.of(*line)).value_or(0));
  auto reply = call->request.reply;
  if (is_recorded(call->request)) {
    const bool tool_error = !rpc_error && spans.tool_error;
    auto end = end_of(self, call->instance, call->written);
    end.response = line;
    end.part = rpc_error ? spans.failure : spans.result;
    record(self, answered(state.options->spec.id, std::move(call->request), std::move(end),
                          rpc_error, tool_error));
  }
  reply->end(http_status, std::make_shared<const std::string>(std::move(text)));
  if (state.drains) check_drained(self);
}

void take_notification(server_actor_pointer self, const std::string& line, const envelope& spans) {
  auto& state = self->state;
  const auto method = mcp::decode(spans.method.of(line));
  if (method == "notifications/progress") {
    const auto token = spans.progress_token.of(line);
    std::int64_t id = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), id).ec != std::errc{}) return;
    auto* call = state.calls.find(id);
    if (!call || call->own != own_request::none || !call->request.spans.progress_token) return;
    state.calls.progressed(id, self->clock().now(), state.options->spec.policy.call_timeout);
    call->request.reply->event(std::make_shared<const std::string>(mcp::progress_to_client(
        line, spans, call->request.spans.progress_token.of(*call->request.body))));
  } else if (method == "notifications/tools/list_changed" && !state.pager) {
    list_tools(self);
  }
}

} // namespace

void admit_call(server_actor_pointer self, call_request request) {
  auto& state = self->state;
  if (state.options->spec.policy.link == link_kind::none)
    return fail_call(self, std::move(request), errc::not_supported,
                     "its \"link\" is \"none\", so it is kept alive and not called");
  if (request.method == "ping" && request.client == era::legacy) {
    request.reply->end(200, std::make_shared<const std::string>(
                                mcp::empty_response(id_of(request), request.client)));
    return;
  }
  if (is_recorded(request) && !state.filter.allows(request.tool)) {
    auto why = detail_hidden(request.tool);
    return fail_call(self, std::move(request), errc::tool_denied, std::move(why));
  }
  switch (admit(state.status())) {
  case admission::serve:
    return write_call(self, std::move(request));
  case admission::wait:
    break;
  case admission::refuse:
    return fail_call(self, std::move(request), errc::server_not_ready, state.reason);
  }
  const auto& queue = state.options->spec.policy.queue;
  if (state.waiting.size() >= queue.max)
    return fail_call(self, std::move(request), errc::queue_full, detail_queued(queue.max));
  const auto deadline = self->clock().now() + queue.wait;
  state.waiting.push_back({std::move(request), deadline});
  arm_sweep(self, deadline);
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

void take_line(server_actor_pointer self, const line_in& message) {
  auto& state = self->state;
  if (message.number != state.number) return;
  state.heard = true;
  const auto spans = state.scanner.scan(*message.line);
  if (!spans) {
    ++state.garbage_total;
    return;
  }
  switch (spans->kind) {
  case message_kind::response:
  case message_kind::error_response:
    return take_answer(self, message.line, *spans);
  case message_kind::notification:
    return take_notification(self, *message.line, *spans);
  case message_kind::request:
    if (auto answer = mcp::answer_to_server_request(*message.line, *spans); answer && state.wire)
      state.wire->send(std::make_shared<const std::string>(std::move(*answer)));
    return;
  }
}

void take_overlong(server_actor_pointer self, const overlong_in& message) {
  auto& state = self->state;
  if (message.number != state.number) return;
  state.heard = true;
  ++state.garbage_total;
  const auto& name = state.options->spec.id.value;
  log::write(log::level::warn, "server.line_too_long",
             {log::kv("server", name), log::kv("start", quote_start(message.start))});
  const auto id = mcp::answered_id(message.start);
  auto call = id ? state.calls.take(*id) : std::nullopt;
  if (call && call->own == own_request::list_tools) state.pager.reset();
  if (!call || call->own != own_request::none) return; // An unknown call has its deadline.
  fail_call(self, std::move(call->request), errc::too_large, detail_overlong(message.bytes_max),
            call->instance, call->written, true);
  check_drained(self);
}

void write_waiting(server_actor_pointer self) {
  auto waiting = std::exchange(self->state.waiting, {});
  for (auto& entry : waiting) admit_call(self, std::move(entry.request));
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
  state.sweep_at.reset();
  for (auto& [id, call] : state.calls.take_expired(now)) {
    if (call.own == own_request::ping) {
      ++state.pings_missed;
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
  while (!state.waiting.empty() && state.waiting.front().deadline <= now) {
    auto request = std::move(state.waiting.front().request);
    state.waiting.pop_front();
    fail_call(self, std::move(request), errc::server_not_ready,
              detail_waited(policy.queue.wait, state.reason));
  }
  if (const auto due = state.calls.next_deadline()) arm_sweep(self, *due);
  if (!state.waiting.empty()) arm_sweep(self, state.waiting.front().deadline);
  check_drained(self);
}

void list_tools(server_actor_pointer self) {
  self->state.pager.emplace("tools");
  ask_server(self, own_request::list_tools, self->state.pager->start());
}

void ask_server(server_actor_pointer self, own_request what, const std::string& params) {
  auto& state = self->state;
  if (!state.wire || !state.handshake) return;
  const auto& policy = state.options->spec.policy;
  pending_call call;
  call.own = what;
  call.instance = state.number;
  call.written = self->clock().now();
  call.deadline =
      call.written + (what == own_request::ping ? policy.ping.timeout : policy.start_timeout);
  call.deadline_max = call.deadline;
  arm_sweep(self, call.deadline);
  const auto id = state.calls.enter(std::move(call));
  const auto& server = *state.handshake;
  auto line = what == own_request::ping
                  ? mcp::ping_line(server.server, id)
                  : mcp::list_request_line(id, "tools/list", params, server.server,
                                           server.protocol_version);
  state.wire->send(std::make_shared<const std::string>(std::move(line)));
}

void check_drained(server_actor_pointer self) {
  auto& state = self->state;
  if (!state.drains || state.calls.callers_of(state.drains_number) != 0) return;
  self->send(state.drains, instance_drained{});
  state.drains = nullptr;
}

} // namespace toolscore
