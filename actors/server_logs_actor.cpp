#include "actors/server_logs_actor.hpp"

#include "actors/server_ends_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "mcp/answers.hpp"
#include "mcp/log_levels.hpp"
#include "mcp/members.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

bool takes_levels(const mcp::handshake_result& server) {
  return server.server == era::legacy &&
         mcp::is_object(mcp::member_of(server.capabilities_json, "logging"));
}

log_book& book_of(server_actor_state& state) {
  if (!state.log_levels) state.log_levels = std::make_unique<log_book>();
  return *state.log_levels;
}

std::optional<std::uint8_t> least(std::optional<std::uint8_t> a, std::optional<std::uint8_t> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

void sync_all(server_actor_pointer self) {
  for (auto& one : self->state.replicas) sync_log_level(self, one);
}

std::string_view session_of(const replica& one) {
  return one.owned_by.starts_with("s ") ? std::string_view(one.owned_by).substr(2)
                                        : std::string_view{};
}

} // namespace

bool answer_log_level(server_actor_pointer self, const call_request& request) {
  auto& state = self->state;
  if (!state.handshake || !request.from || request.from->session.empty()) return false;
  const auto severity = mcp::log_severity(request.from->log_level);
  const bool modern = state.handshake->server == era::modern; // It goes with each call.
  if (!severity || (!modern && !takes_levels(*state.handshake))) return false;
  if (!modern && book_of(state).note(request.from->session, *severity)) sync_all(self);
  request.reply->end(
      200, std::make_shared<const std::string>(mcp::empty_response(id_of(request), era::legacy)));
  return true;
}

void want_log_level(server_actor_pointer self, replica& one, const call_request& request) {
  if (!request.from || request.from->log_level.empty() || !takes_levels(*one.handshake)) return;
  const auto severity = mcp::log_severity(request.from->log_level);
  if (!severity) return;
  if (request.from->session.empty()) {
    one.log_calls = std::min(one.log_calls, *severity);
    sync_log_level(self, one);
  } else if (book_of(self->state).note(request.from->session, *severity)) {
    sync_all(self);
  }
}

void sync_log_level(server_actor_pointer self, replica& one) {
  auto& state = self->state;
  if (!one.wire || !one.handshake || !takes_levels(*one.handshake)) return;
  std::optional<std::uint8_t> wanted;
  if (one.log_calls != log_untold) wanted = one.log_calls;
  if (state.log_levels && one.owned_by.empty())
    wanted = least(wanted, state.log_levels->wanted([&](const std::string& session) {
      return !has_own(state, session);
    }));
  else if (state.log_levels)
    wanted = least(wanted, state.log_levels->level_of(session_of(one)));
  if (!wanted || *wanted == one.log_told) return;
  one.log_told = *wanted;
  one.wire->send(std::make_shared<const std::string>(
      mcp::log_level_line(state.calls.take_id(), mcp::log_level_name(*wanted))));
}

void end_session_log(server_actor_pointer self, const std::string& session) {
  auto& levels = self->state.log_levels;
  if (levels && levels->forget(session)) sync_all(self);
}

void tell_log(server_actor_pointer self, replica& one, const std::string& line,
              const envelope& spans) {
  auto& state = self->state;
  const auto level = mcp::log_severity(mcp::log_level_of(spans.params.of(line)));
  if (!level) return;
  const auto tells = [&](std::optional<std::uint8_t> wanted) {
    return !wanted || *level >= *wanted;
  };
  if (const auto id = state.calls.asker(one.number, self->clock().now())) {
    const auto& request = state.calls.find(*id)->request;
    const auto wanted = request.from ? request.from->log_level : std::string{};
    if (wanted.empty() && request.client == era::modern) return;
    if (tells(mcp::log_severity(wanted)))
      request.reply->event(std::make_shared<const std::string>(line));
    return;
  }
  const auto session = session_of(one);
  if (session.empty() || !state.listens) return;
  const auto* who = state.listens->of_session(session);
  if (who != nullptr &&
      tells(state.log_levels ? state.log_levels->level_of(session) : std::nullopt))
    who->sink->event(std::make_shared<const std::string>(line));
}

} // namespace toolscore
