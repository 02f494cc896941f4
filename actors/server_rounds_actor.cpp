#include "actors/server_rounds_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_questions_actor.hpp"
#include "mcp/client_questions.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

constexpr std::uint32_t rounds_max = 10;
constexpr std::chrono::milliseconds first_pause{100}; ///< Before the same call without an answer.

std::list<open_round>::iterator find_round(server_actor_state& state, std::uint64_t number) {
  return std::find_if(state.rounds.begin(), state.rounds.end(),
                      [&](const open_round& x) { return x.number == number; });
}

/// Out of the list, with its other questions taken back.
call_request take_round(server_actor_state& state, std::list<open_round>::iterator at) {
  auto request = std::move(at->request);
  for (const auto question : at->questions) request.reply->withdraw(question);
  state.rounds.erase(at);
  return request;
}

void call_again(server_actor_pointer self, call_request&& request, std::string more_params) {
  request.more_params = std::move(more_params);
  ++request.rounds;
  admit_call(self, std::move(request));
}

/// The protocol has no way to tell a modern server that a question failed, but for elicitation.
std::string answer_of(const mcp::asked_input& asked, const input_response& response) {
  if (!response.failed) return response.json;
  return asked.method == "elicitation/create" ? R"({"action":"cancel"})" : std::string{};
}

void take_answer(server_actor_pointer self, std::uint64_t number, std::size_t which,
                 const input_response& response) {
  auto& state = self->state;
  const auto at = find_round(state, number);
  if (at == state.rounds.end()) return;
  const auto& asked = at->asked.requests.at(which);
  auto answer = answer_of(asked, response);
  if (answer.empty()) {
    auto why = asked.method + " failed at the client: " + response.json.substr(0, 300);
    return fail_call(self, take_round(state, at), errc::cancelled, std::move(why));
  }
  at->answers.emplace_back(asked.key, std::move(answer));
  if (at->answers.size() != at->asked.requests.size()) return;
  auto params = mcp::retry_params(at->answers, at->asked.state);
  at->questions.clear(); // All are answered.
  call_again(self, take_round(state, at), std::move(params));
}

/// Load shedding: the server wants the same call again, later.
void call_later(server_actor_pointer self, const open_round& round) {
  const auto pause = first_pause * (1 << round.request.rounds);
  self->delayed_send(self, pause, resume{[self, number = round.number] {
                       auto& state = self->state;
                       const auto at = find_round(state, number);
                       if (at == state.rounds.end()) return;
                       auto params = mcp::retry_params({}, at->asked.state);
                       call_again(self, take_round(state, at), std::move(params));
                     }});
}

/// @returns why a question cannot be put, empty where all were
std::string ask_all(server_actor_pointer self, open_round& round) {
  for (std::size_t which = 0; which < round.asked.requests.size(); ++which) {
    const auto& asked = round.asked.requests[which];
    const auto* from = round.request.from.get();
    const auto why = mcp::check_input_request(asked.method, asked.params,
                                              from ? from->capabilities : client_capabilities{});
    if (why.code != 0) return "it asked for " + asked.method + ", but " + why.message;
    const auto question =
        round.request.reply->ask({asked.method, asked.params},
                                 back_to<input_response>(self, [self, number = round.number,
                                                                which](const input_response& x) {
                                   take_answer(self, number, which, x);
                                 }));
    if (question == 0) return "it asked for " + asked.method + ", and the client takes no stream";
    round.questions.push_back(question);
  }
  return {};
}

} // namespace

bool begins_round(const mcp::handshake_result& server, const pending_call& call,
                  const std::string& line, const envelope& spans) {
  return server.server == era::modern && call.request.client == era::legacy &&
         spans.kind == message_kind::response && mcp::asks_for_input(spans.result.of(line));
}

void begin_round(server_actor_pointer self, pending_call&& call, std::string_view result) {
  auto& state = self->state;
  const auto instance = call.instance;
  const auto written = call.written;
  auto read = mcp::read_input_required(result);
  if (!read)
    return fail_call(self, std::move(call.request), errc::bad_answer,
                     "an input_required that asks nothing", instance, written, true);
  if (call.request.rounds >= rounds_max)
    return fail_call(self, std::move(call.request), errc::bad_answer,
                     "it asked " + std::to_string(rounds_max) + " times for one call", instance,
                     written, true);
  open_round round;
  round.number = ++state.last_round;
  round.request = std::move(call.request);
  round.asked = std::move(*read);
  round.deadline = self->clock().now() + answer_wait;
  arm_sweep(self, round.deadline);
  state.rounds.push_back(std::move(round));
  const auto at = std::prev(state.rounds.end());
  if (at->asked.requests.empty()) return call_later(self, *at);
  if (auto why = ask_all(self, *at); !why.empty())
    fail_call(self, take_round(state, at), errc::bad_answer, std::move(why), instance, written,
              true);
}

bool cancel_round(server_actor_pointer self, const call_cancel& request) {
  auto& state = self->state;
  const auto at = std::find_if(state.rounds.begin(), state.rounds.end(),
                               [&](const auto& x) { return x.request.reply == request.reply; });
  if (at == state.rounds.end()) return false;
  fail_call(self, take_round(state, at), errc::cancelled, detail_cancelled(request.reason, false));
  return true;
}

void sweep_rounds(server_actor_pointer self) {
  auto& state = self->state;
  const auto now = self->clock().now();
  while (!state.rounds.empty() && state.rounds.front().deadline <= now)
    fail_call(self, take_round(state, state.rounds.begin()), errc::call_timed_out,
              detail_unanswered(answer_wait));
  if (!state.rounds.empty()) arm_sweep(self, state.rounds.front().deadline);
}

void fail_rounds(server_actor_pointer self, const std::string& reason) {
  auto& state = self->state;
  while (!state.rounds.empty())
    fail_call(self, take_round(state, state.rounds.begin()), errc::server_not_ready, reason);
}

} // namespace toolscore
