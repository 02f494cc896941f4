#include "actors/server_own_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_logs_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "mcp/client_questions.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {
namespace {

/// As long as an idle session lives.
constexpr std::chrono::minutes unused_max{30};

/// Of calls of modern clients.
constexpr std::uint32_t instances_a_principal = 8;

constexpr client_capabilities everything{true, true, true, true, true, true};

bool is_own(const replica& one) noexcept {
  return !one.owned_by.empty();
}

/// Whom a call's own instance belongs to; empty = it is everybody's. A modern client has no
/// session, so its calls go by its principal.
std::string key_of(const server_actor_state& state, const call_request& request) {
  const auto mode = state.options->spec->policy.sessions;
  // One that is stopped, or has nothing to start from, refuses its own callers as everybody.
  if (!state.supervisor || state.ending || state.desired != desired_state::running) return {};
  if (mode == session_mode::shared || mode == session_mode::serial || !state.handshake ||
      state.handshake->server != era::legacy)
    return {};
  // Those are answered here, so they are no reason to start one.
  if (request.method == "initialize" || request.method == "server/discover") return {};
  const auto* from = request.from.get();
  if (mode == session_mode::automatic && (!from || !from->capabilities.any())) return {};
  if (from && !from->session.empty() && mode != session_mode::per_principal)
    return "s " + from->session;
  // What a modern client is shown does not depend on what it can be asked.
  if (mode == session_mode::automatic && !mcp::may_ask_in(request.method)) return {};
  return "p " + (from ? from->principal : request.reply->who().name);
}

replica* find_own(server_actor_state& state, const std::string& key) {
  for (auto& one : state.replicas)
    if (is_own(one) && !one.leaves && one.owned_by == key) return &one;
  return nullptr;
}

/// Calls of modern clients may ask at the same time, and then nothing tells whose question is
/// whose: so each has an instance to itself as long as there are few.
replica* find_free(server_actor_state& state, const std::string& key,
                   std::chrono::steady_clock::time_point now) {
  replica* found = nullptr;
  bool busy = false;
  std::uint32_t count = 0;
  for (auto& one : state.replicas) {
    if (!is_own(one) || one.leaves || one.owned_by != key) continue;
    ++count;
    // One that is at a call that was given up is as busy as with another.
    const auto calls = [&](const replica& x) {
      return state.calls.callers_of(x.place) + (state.calls.was_given_up(x.number, now) ? 1 : 0);
    };
    if (found == nullptr || calls(one) < calls(*found)) found = &one;
    busy = calls(*found) != 0;
  }
  return busy && count < instances_a_principal ? nullptr : found;
}

void arm_own(server_actor_pointer self) {
  auto& state = self->state;
  if (state.own_at) return;
  std::optional<std::chrono::steady_clock::time_point> due;
  for (const auto& one : state.replicas)
    if (is_own(one) && !one.leaves) due = std::min(due.value_or(one.used), one.used);
  if (!due) return;
  state.own_at = *due + unused_max;
  self->scheduled_send(self, *state.own_at, own_due{++state.own_generation});
}

/// A place whose instance has ended serves the next one.
replica& place_for_own(server_actor_state& state) {
  const auto at = std::find_if(state.replicas.begin() + static_cast<std::ptrdiff_t>(state.shared),
                               state.replicas.end(), [](const replica& x) { return !is_own(x); });
  const auto place = static_cast<std::uint32_t>(at - state.replicas.begin());
  if (place == state.replicas.size())
    state.replicas.push_back(std::make_unique<replica>().release());
  auto& one = state.replicas[place];
  const auto pings = one.ping_generation; // A timer of the former one may still come.
  replica fresh;
  one = std::move(fresh);
  one.place = place;
  one.ping_generation = pings + 1;
  state.calls.make_room(state.replicas.size());
  return one;
}

replica* begin_own(server_actor_pointer self, const std::string& key, const caller* from) {
  auto& state = self->state;
  if (!state.supervisor || own_instances(state) >= own_instances_max) return nullptr;
  auto& one = place_for_own(state);
  one.owned_by = key;
  // What a principal's calls can be asked is known of each only when it comes.
  one.declares = key.front() == 's' ? from->capabilities : everything;
  one.child = state.options->spec->id.value + "@" + std::to_string(++state.last_own);
  one.status = instances_status::starting;
  self->send(state.supervisor, add_child{child_of(self, one)});
  return &one;
}

void end_own(server_actor_pointer self, replica& one) {
  if (one.leaves) return;
  if (self->state.supervisor) self->send(self->state.supervisor, remove_child{one.child});
  // Of one that has ended for good its supervisor tells nothing more.
  if (one.status == instances_status::finished) return one.owned_by.clear();
  one.leaves = true;
  one.status = instances_status::ending;
}

} // namespace

bool has_own(const server_actor_state& state, std::string_view session) {
  return std::any_of(state.replicas.begin(), state.replicas.end(), [&](const replica& x) {
    return !x.leaves && x.owned_by.size() == session.size() + 2 && x.owned_by.front() == 's' &&
           x.owned_by.ends_with(session);
  });
}

std::uint32_t own_instances(const server_actor_state& state) {
  return static_cast<std::uint32_t>(
      std::count_if(state.replicas.begin(), state.replicas.end(), is_own));
}

own_verdict admit_to_own(server_actor_pointer self, call_request& request) {
  auto& state = self->state;
  const auto key = key_of(state, request);
  if (key.empty()) return own_verdict::everybody;
  const bool alone =
      key.front() == 'p' && state.options->spec->policy.sessions == session_mode::automatic;
  auto* one = alone ? find_free(state, key, self->clock().now()) : find_own(state, key);
  // New brakes do not help what is parked, and whoever calls would get some.
  if (one == nullptr && admission_of(self) == admission::refuse) return own_verdict::everybody;
  if (one == nullptr) one = begin_own(self, key, request.from.get());
  if (one == nullptr) {
    fail_call(self, std::move(request), errc::queue_full,
              std::to_string(own_instances_max) +
                  " callers have instances of their own; end a session, or set \"session_mode\" to "
                  "\"shared\"");
    return own_verdict::written;
  }
  one->used = self->clock().now();
  arm_own(self);
  if (one->wire) {
    write_call(self, *one, std::move(request));
    return own_verdict::written;
  }
  if (one->status != instances_status::parked && one->status != instances_status::locked &&
      one->status != instances_status::finished)
    return own_verdict::wait;
  fail_call(self, std::move(request), errc::server_not_ready, one->reason, 0, {}, false, one);
  return own_verdict::written;
}

void end_own_instances(server_actor_pointer self) {
  for (auto& one : self->state.replicas)
    if (is_own(one)) end_own(self, one);
}

void take_session_over(server_actor_pointer self, const session_over& message) {
  auto& state = self->state;
  // What of it waits would begin an instance that nothing ends.
  for (auto at = state.waiting.begin(); at != state.waiting.end();) {
    const auto* from = at->request.from.get();
    const auto entry = at++;
    if (!from || from->session != message.session) continue;
    auto request = std::move(entry->request);
    state.waiting.drop(entry);
    fail_call(self, std::move(request), errc::cancelled, "its session is over");
  }
  end_session_listen(self, message.session);
  end_session_log(self, message.session);
  if (auto* one = find_own(state, "s " + message.session)) end_own(self, *one);
}

void take_own_report(server_actor_pointer self, replica& one, const child_report& report) {
  if (one.leaves && report.what == child_event::finished) one.owned_by.clear();
  if (report.what == child_event::parked || report.what == child_event::finished)
    write_waiting(self); // Those that wait for it are refused, or begin another.
}

void take_own_due(server_actor_pointer self, const own_due& due) {
  auto& state = self->state;
  if (due.generation != state.own_generation) return;
  state.own_at.reset();
  const auto now = self->clock().now();
  for (auto& one : state.replicas) {
    if (!is_own(one) || now - one.used < unused_max) continue;
    if (state.calls.callers_of(one.place) == 0)
      end_own(self, one);
    else
      one.used = now;
  }
  arm_own(self);
}

} // namespace toolscore
