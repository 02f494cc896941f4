#include "actors/server_questions_actor.hpp"

#include "actors/server_ends_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t questions_max = 16; ///< Of one call at a time.

void send_line(const replica& one, std::string line) {
  if (one.wire) one.wire->send(std::make_shared<const std::string>(std::move(line)));
}

void refuse(const replica& one, std::string_view id_raw, int code, std::string_view why) {
  send_line(one, mcp::error_response(id_raw, code, why));
}

/// Gives the call its clock back once nothing is open any more.
void close_question(server_actor_pointer self, pending_call& call, std::string_view id_raw) {
  const auto is_it = [&](const open_question& x) { return x.id == id_raw; };
  call.questions.erase(std::remove_if(call.questions.begin(), call.questions.end(), is_it),
                       call.questions.end());
  if (!call.questions.empty()) return;
  const auto now = self->clock().now();
  call.deadline_max = call.max_before + (now - call.asked_at);
  call.deadline = std::min(now + self->state.options->spec->policy.call_timeout, call.deadline_max);
  arm_sweep(self, call.deadline);
}

void take_response(server_actor_pointer self, std::uint64_t instance, std::int64_t call_id,
                   const std::string& id_raw, const input_response& response) {
  auto* call = self->state.calls.find(call_id);
  if (call == nullptr) return; // Given up; the server was told.
  close_question(self, *call, id_raw);
  if (const auto* one = replica_with(self->state, instance))
    send_line(*one, mcp::input_response_line(id_raw, response.failed, response.json));
}

void open(server_actor_pointer self, pending_call& call, std::string_view id_raw,
          std::uint64_t number) {
  if (call.questions.empty()) {
    call.asked_at = self->clock().now();
    call.max_before = call.deadline_max;
    call.deadline = call.deadline_max = call.asked_at + answer_wait;
    arm_sweep(self, call.deadline);
  }
  call.questions.push_back({std::string(id_raw), number});
}

/// Outside of all calls a session can be asked that has the instance to itself, on its own stream.
bool ask_session(server_actor_pointer self, const replica& one, const std::string& method,
                 std::string_view params, std::string_view id_raw) {
  auto& state = self->state;
  if (!state.listens || !one.owned_by.starts_with("s ")) return false;
  const auto* who = state.listens->of_session(std::string_view(one.owned_by).substr(2));
  if (who == nullptr || mcp::check_input_request(method, params, one.declares).code != 0)
    return false;
  return who->sink->ask(
             {method, std::string(params)},
             back_to<input_response>(self, [self, instance = one.number,
                                            id = std::string(id_raw)](const input_response& x) {
               if (const auto* asker = replica_with(self->state, instance))
                 send_line(*asker, mcp::input_response_line(id, x.failed, x.json));
             })) != 0;
}

} // namespace

void take_question(server_actor_pointer self, replica& one, const std::string& line,
                   const envelope& spans) {
  auto& state = self->state;
  const auto id_raw = spans.id.of(line);
  const auto method = mcp::decode(spans.method.of(line));
  if (method == "ping") return send_line(one, mcp::result_response(id_raw, "{}"));
  if (!mcp::is_input_request(method) || !one.handshake || one.handshake->server == era::modern)
    return refuse(one, id_raw, mcp::code::unknown_method, "this client has no such method");
  const auto id = state.calls.asker(one.number, self->clock().now());
  if (!id && ask_session(self, one, method, spans.params.of(line), id_raw)) return;
  if (!id && !state.calls.may_be_asked(one.number))
    return refuse(one, id_raw, mcp::code::unknown_method,
                  "nobody can be asked while no call is in flight");
  if (!id)
    return refuse(one, id_raw, mcp::code::internal,
                  "it cannot be told which call this belongs to; ask while one is in flight");
  auto& call = *state.calls.find(*id);
  if (call.questions.size() >= questions_max)
    return refuse(one, id_raw, mcp::code::internal, "too many questions of one call are open");
  const auto params = spans.params.of(line);
  const auto* from = call.request.from.get();
  const auto why =
      mcp::check_input_request(method, params, from ? from->capabilities : client_capabilities{});
  if (why.code != 0) {
    call.unasked = method;
    return refuse(one, id_raw, why.code, why.message);
  }
  const auto number = call.request.reply->ask(
      {method, std::string(params)},
      back_to<input_response>(self, [self, instance = one.number, call_id = *id,
                                     id_text = std::string(id_raw)](const input_response& x) {
        take_response(self, instance, call_id, id_text, x);
      }));
  if (number == 0)
    return refuse(one, id_raw, mcp::code::internal, "the client's connection takes no questions");
  open(self, call, id_raw, number);
}

void withdraw_question(server_actor_pointer self, replica& one, const std::string& line,
                       const envelope& spans) {
  const auto id_raw = mcp::member_of(spans.params.of(line), "requestId");
  if (id_raw.empty()) return;
  auto* call = self->state.calls.with_question(one.number, id_raw);
  if (call == nullptr) return;
  for (const auto& question : call->questions)
    if (question.id == id_raw) call->request.reply->withdraw(question.number);
  close_question(self, *call, id_raw);
}

} // namespace toolscore
