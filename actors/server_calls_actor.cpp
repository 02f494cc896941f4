#include "actors/server_calls_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "actors/server_logs_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "actors/server_pins_actor.hpp"
#include "actors/server_questions_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_rounds_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "loop/log_io.hpp"
#include "mcp/answer_id.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/rounds.hpp"
#include "mcp/splice.hpp"
#include "mcp/translate.hpp"
#include "mcp/versions.hpp"
#include "runners/line_framer.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <charconv>

namespace toolscore {
namespace {

/// Whether a client may have one more call in flight, beside those of the others.
bool has_room(const server_actor_state& state, std::string_view client) {
  const std::size_t most = state.options->spec->policy.queue.max;
  const auto share = client_share(most);
  const auto in_flight = state.calls.callers();
  return in_flight + share < most || (in_flight < most && state.calls.in_flight_of(client) < share);
}

/// Of a serial server the calls in which it may ask are made one at a time.
bool takes_turns(const server_actor_state& state, const call_request& request) {
  return state.options->spec->policy.sessions == session_mode::serial && state.handshake &&
         state.handshake->server == era::legacy && mcp::may_ask_in(request.method);
}

bool is_told_here(const std::string& method) {
  return method == "initialize" || method == "server/discover";
}

} // namespace

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

void write_call(server_actor_pointer self, replica& one, call_request&& request) {
  auto& state = self->state;
  if (state.breaker.state() != breaker_state::closed && !state.breaker.admits(self->clock().now()))
    return fail_call(
        self, std::move(request), errc::server_not_ready,
        detail_open(state.breaker.failures(), *state.breaker.next_trial(self->clock().now())));
  if (request.client == era::modern && one.handshake->server == era::legacy) {
    // Such a server knows nothing of them, and would just do what it is asked once more.
    const auto params = request.spans.params.of(*request.body);
    if (mcp::carries_state(params))
      return fail_call(self, std::move(request), errc::bad_request, detail_stale_state());
    if (mcp::has_malformed_responses(params))
      return fail_call(self, std::move(request), errc::bad_request, detail_malformed_responses());
  }
  if (state.calls.full())
    return fail_call(self, std::move(request), errc::queue_full,
                     detail_in_flight(state.options->spec->policy.queue.max));
  want_log_level(self, one, request);
  mcp::upstream_call upstream;
  upstream.id = state.calls.next_id();
  upstream.client = request.client;
  upstream.server = one.handshake->server;
  upstream.protocol_version = one.handshake->protocol_version;
  if (!request.tool.empty()) upstream.name = request.tool;
  if (request.from) {
    if (request.from->capabilities.any())
      upstream.client_capabilities = mcp::client_capabilities_json(request.from->capabilities);
    upstream.log_level = request.from->log_level;
  }
  upstream.more_params = request.more_params;
  upstream.replace_progress_token = static_cast<bool>(request.spans.progress_token);
  auto line =
      std::make_shared<const std::string>(mcp::to_upstream(*request.body, request.spans, upstream));
  pending_call call;
  call.instance = one.number;
  call.replica = one.place;
  call.written = self->clock().now();
  if (state.keep) state.keep->on_used(call.written);
  call.deadline = call.written + state.options->spec->policy.call_timeout;
  call.deadline_max = call.written + state.options->spec->policy.call_timeout_max;
  call.request = std::move(request);
  arm_sweep(self, call.deadline);
  call.line = one.wire->send(std::move(line));
  state.calls.enter(std::move(call));
}

namespace {

void take_own_answer(server_actor_pointer self, const pending_call& call, const std::string& line,
                     const envelope& spans) {
  auto& one = self->state.replicas.at(call.replica);
  if (call.own == own_request::ping) {
    one.life.answered();
    return;
  }
  take_list_answer(self, one, line, spans);
}

std::optional<std::int64_t> number_in(std::string_view raw_id) {
  std::int64_t id = 0;
  const auto parsed = std::from_chars(raw_id.data(), raw_id.data() + raw_id.size(), id);
  return parsed.ec == std::errc{} ? std::optional(id) : std::nullopt;
}

void take_answer(server_actor_pointer self, bytes line, envelope spans) {
  auto& state = self->state;
  const auto id = number_in(spans.id.of(*line));
  if (!id) return;
  auto call = state.calls.take(*id);
  if (!call) { // Given up before, so that a late answer is dropped; or of no call.
    state.calls.answered_late(*id);
    return take_listen_end(self, *id, spans.kind == message_kind::error_response);
  }
  if (call->own != own_request::none) return take_own_answer(self, *call, *line, spans);
  state.breaker.on_answer();
  auto& one = state.replicas[call->replica];
  if (begins_round(*one.handshake, *call, *line, spans))
    return begin_round(self, std::move(*call), spans.result.of(*line));
  if (state.keep) state.keep->on_used(self->clock().now());
  const bool rpc_error = spans.kind == message_kind::error_response;
  if (!rpc_error && call->request.method == "tools/list") look_again(self);
  if (!rpc_error && state.filter && call->request.method == "tools/list") {
    line = state.filter->filtered_line(*line, spans.result);
    spans = *mcp::scanner{}.scan(*line);
  }
  mcp::downstream_answer answer;
  answer.id_raw = id_of(call->request);
  answer.client = call->request.client;
  answer.server = one.handshake->server;
  answer.method = call->request.method;
  auto text = mcp::to_client(*line, spans, answer);
  int http_status = 200;
  if (call->request.client == era::modern && spans.tool_error && !call->unasked.empty()) {
    // It failed for want of an answer that this client could not have been asked for.
    text = mcp::missing_capability_response(answer.id_raw, call->unasked);
    http_status = 400;
  }
  if (rpc_error)
    http_status = mcp::http_status_of(call->request.client,
                                      mcp::error_code(spans.failure.of(*line)).value_or(0));
  auto reply = call->request.reply;
  if (!rpc_error && is_subscription(call->request.method))
    note_subscription(self, one, call->request);
  if (is_recorded(call->request)) {
    auto end = end_of(self, call->instance, call->written);
    end.response = line;
    end.part = rpc_error ? spans.failure : spans.result;
    const auto kind = kind_of(call->request, *line, spans);
    record(self, answered(state.options->spec->id, std::move(call->request), std::move(end), kind));
  }
  reply->end(http_status, std::make_shared<const std::string>(std::move(text)));
  if (one.drains) check_drained(self, one);
}

void take_notification(server_actor_pointer self, replica& one, const std::string& line,
                       const envelope& spans) {
  auto& state = self->state;
  const auto method = mcp::decode(spans.method.of(line));
  if (method == "notifications/progress") {
    const auto token = spans.progress_token.of(line);
    std::int64_t id = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), id).ec != std::errc{}) return;
    auto* call = state.calls.find(id);
    if (!call || call->own != own_request::none || !call->request.spans.progress_token) return;
    state.calls.progressed(id, self->clock().now(), state.options->spec->policy.call_timeout);
    call->request.reply->event(std::make_shared<const std::string>(mcp::progress_to_client(
        line, spans, call->request.spans.progress_token.of(*call->request.body))));
  } else if (method == "notifications/message") {
    tell_log(self, one, line, spans);
  } else if (method == "notifications/cancelled") {
    withdraw_question(self, one, line, spans);
  } else {
    take_change(self, one, method, line, spans);
  }
}

void take_line(server_actor_pointer self, replica& one, bytes line) {
  auto& state = self->state;
  const auto spans = mcp::scanner{}.scan(*line);
  if (!spans) {
    ++state.garbage_total;
    return;
  }
  switch (spans->kind) {
  case message_kind::response:
  case message_kind::error_response:
    return take_answer(self, std::move(line), *spans);
  case message_kind::notification:
    return take_notification(self, one, *line, *spans);
  case message_kind::request:
    return take_question(self, one, *line, *spans);
  }
}

/// Over HTTP some arguments stand in a header too; what is in between may have routed by it.
bool refuse_mirror(server_actor_pointer self, call_request& request) {
  auto& state = self->state;
  const auto marked = state.mirrored->find(request.tool);
  if (marked == state.mirrored->end()) return false;
  const auto why =
      mcp::mirror_fault(marked->second, request.spans.arguments.of(*request.body),
                        request.parameters ? *request.parameters : parameter_headers{});
  if (why.empty()) return false;
  const auto reply = request.reply;
  auto text =
      mcp::error_response(id_of(request), mcp::code::header_mismatch, why,
                          mcp::refusal_data(errc::bad_request, state.options->spec->id.value));
  record(self,
         unanswered(state.options->spec->id, std::move(request), end_of(self, 0, {}), false, why));
  reply->end(400, std::make_shared<const std::string>(std::move(text)));
  return true;
}

} // namespace

void admit_call(server_actor_pointer self, call_request&& request,
                std::optional<std::chrono::steady_clock::time_point> wait_until) {
  auto& state = self->state;
  if (state.options->spec->policy.link == link_kind::none)
    return fail_call(self, std::move(request), errc::not_supported,
                     "its \"link\" is \"none\", so it is kept alive and not called");
  if (request.method == "ping" && request.client == era::legacy) {
    request.reply->end(200, std::make_shared<const std::string>(
                                mcp::empty_response(id_of(request), request.client)));
    return;
  }
  if (is_recorded(request)) {
    const bool looks = state.unlooked && admission_of(self) == admission::serve;
    if (auto why = refused_tool(state, request.tool, looks))
      return fail_call(self, std::move(request), errc::tool_denied, std::move(*why));
    if (looks) return wait_in_line(self, std::move(request), waits_for::start, wait_until);
  }
  if (state.mirrored && request.mirrored && refuse_mirror(self, request)) return;
  if (request.method == "subscriptions/listen")
    return admit_listen(self, std::move(request), wait_until);
  if (request.method == "logging/setLevel" && answer_log_level(self, request)) return;
  if (answer_subscription(self, request) || answer_asleep(self, request)) return;
  if (!has_room(state, client_of(request)) && !is_told_here(request.method) &&
      admission_of(self) != admission::refuse)
    return wait_in_line(self, std::move(request), waits_for::room, wait_until);
  switch (admit_to_own(self, request)) {
  case own_verdict::written:
    return;
  case own_verdict::wait:
    return wait_in_line(self, std::move(request), waits_for::start, wait_until);
  case own_verdict::everybody:
    break;
  }
  switch (admission_of(self)) {
  case admission::serve:
    if (answer_here(self, request)) return;
    if (takes_turns(state, request)) {
      if (auto* one = choose_unasked(state)) return write_call(self, *one, std::move(request));
      if (choose_replica(state))
        return wait_in_line(self, std::move(request), waits_for::room, wait_until);
    } else if (auto* one = choose_replica(state)) {
      return write_call(self, *one, std::move(request));
    }
    break; // Its end is known, what is decided about it not yet.
  case admission::wait:
    break;
  case admission::refuse:
    return fail_call(self, std::move(request), errc::server_not_ready, reason_of(state));
  }
  wait_in_line(self, std::move(request), waits_for::start, wait_until);
}

void wait_in_line(server_actor_pointer self, call_request&& request, waits_for why,
                  std::optional<std::chrono::steady_clock::time_point> wait_until) {
  auto& state = self->state;
  const auto& queue = state.options->spec->policy.queue;
  const auto deadline = wait_until.value_or(self->clock().now() + queue.wait);
  auto refused = state.waiting.add({std::move(request), deadline, why}, queue.max);
  arm_sweep(self, deadline);
  wake(self, wake_cause::need);
  if (refused)
    fail_call(self, std::move(refused->request), errc::queue_full,
              refused->why == waits_for::start ? detail_queued(queue.max)
                                               : detail_in_flight(queue.max));
}

void take_lines(server_actor_pointer self, lines_in message) {
  auto* one = replica_with(self->state, message.number);
  if (one == nullptr) return;
  one->life.heard();
  for (auto& line : message.lines) take_line(self, *one, std::move(line));
  serve_waiting(self);
}

void take_overlong(server_actor_pointer self, const overlong_in& message) {
  auto& state = self->state;
  auto* one = replica_with(state, message.number);
  if (one == nullptr) return;
  one->life.heard();
  ++state.garbage_total;
  const auto& name = state.options->spec->id.value;
  log::write(log::level::warn, "server.line_too_long",
             {log::kv("server", name), log::kv("start", quote_start(message.start))});
  const auto id = mcp::answered_id(message.start);
  auto call = id ? state.calls.take(*id) : taken_call{};
  if (call && call->own == own_request::list) give_up_list(self, *one);
  if (!call || call->own != own_request::none) return; // An unknown call has its deadline.
  fail_call(self, std::move(call->request), errc::too_large, detail_overlong(message.bytes_max),
            call->instance, call->written, true);
  check_drained(self, *one);
  serve_waiting(self);
}

void take_unanswered(server_actor_pointer self, const unanswered_in& message) {
  auto& state = self->state;
  auto* one = replica_with(state, message.number);
  const auto id = number_in(message.id);
  if (one == nullptr || !id) return;
  const auto* const pending = state.calls.find(*id);
  if (pending == nullptr) return take_listen_end(self, *id, false);
  if (pending->own == own_request::ping) return; // Missed when its deadline has passed.
  auto call = state.calls.take(*id);
  if (call->own == own_request::list) return give_up_list(self, *one);
  count_failure(self);
  fail_call(self, std::move(call->request), message.why.code, message.why.detail, call->instance,
            call->written, true);
  check_drained(self, *one);
}

void write_waiting(server_actor_pointer self) {
  for (auto& entry : self->state.waiting.take_all())
    admit_call(self, std::move(entry.request), entry.deadline);
}

void serve_waiting(server_actor_pointer self) {
  auto& state = self->state;
  if (state.waiting.empty()) return;
  std::vector<std::string> busy; // Clients that have their share; few, for each has a quarter.
  for (auto at = state.waiting.begin(); at != state.waiting.end();) {
    const auto entry = at++;
    if (entry->why != waits_for::room) continue;
    const auto client = client_of(entry->request);
    if (std::find(busy.begin(), busy.end(), client) != busy.end()) continue;
    if (!has_room(state, client)) {
      if (state.calls.full()) return;
      busy.emplace_back(client);
      continue;
    }
    if (takes_turns(state, entry->request) && !choose_unasked(state)) continue;
    auto next = state.waiting.take(entry);
    admit_call(self, std::move(next.request), next.deadline);
  }
}

void ask_server(server_actor_pointer self, replica& one, own_request what,
                const std::string& params) {
  auto& state = self->state;
  if (!one.wire || !one.handshake) return;
  const auto& policy = state.options->spec->policy;
  pending_call call;
  call.own = what;
  call.instance = one.number;
  call.replica = one.place;
  call.written = self->clock().now();
  call.deadline =
      call.written + (what == own_request::ping ? policy.ping.timeout : policy.start_timeout);
  call.deadline_max = call.deadline;
  arm_sweep(self, call.deadline);
  const auto id = state.calls.enter(std::move(call));
  const auto& server = *one.handshake;
  auto line = what == own_request::ping
                  ? mcp::ping_line(server.server, id)
                  : mcp::list_request_line(id, mcp::words_of(one.fetch->kind).method, params,
                                           server.server, server.protocol_version);
  one.wire->send(std::make_shared<const std::string>(std::move(line)));
}

} // namespace toolscore
