#include "actors/server_replicas_actor.hpp"

#include "actors/replica_choice.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace toolscore {
namespace {

/// What clients can be asked is known of each call when it comes; that roots have changed is told
/// to instances of one session alone.
constexpr client_capabilities all_but_changes{true, true, true, true, true, true, false};

/// The same of each, side by side, as the pure rules want it.
class statuses {
public:
  explicit statuses(const server_actor_state& state) : count_(state.shared) {
    const auto shared = for_everybody(state);
    std::transform(shared.begin(), shared.end(), all_.begin(),
                   [](const replica& x) { return x.status; });
  }
  std::span<const instances_status> all() const { return {all_.data(), count_}; }

private:
  std::array<instances_status, replicas_max> all_{};
  std::size_t count_;
};

void enter_sum(server_actor_state& state) {
  state.instances = together(statuses(state).all());
  // A server that is to be stopped is so once nothing of it lives.
  const auto lives = [](const replica& x) { return !x.owned_by.empty() && x.alive; };
  if (state.instances == instances_status::finished && state.desired == desired_state::stopped &&
      std::any_of(state.replicas.begin(), state.replicas.end(), lives))
    state.instances = instances_status::ending;
}

} // namespace

void make_replicas(server_actor_state& state) {
  const auto& spec = *state.options->spec;
  state.shared = std::clamp(spec.policy.replicas, 1U, replicas_max);
  state.replicas.resize(state.shared);
  for (std::uint32_t place = 0; place < state.shared; ++place) {
    auto& one = state.replicas[place];
    one.place = place;
    one.child = spec.id.value;
    if (spec.policy.sessions == session_mode::serial) one.declares = all_but_changes;
    if (state.shared > 1) one.child += "/" + std::to_string(place + 1);
  }
}

replica* replica_with(server_actor_state& state, std::uint64_t instance) {
  for (auto& one : state.replicas)
    if (one.spawned == instance) return &one;
  return nullptr;
}

replica* replica_named(server_actor_state& state, const std::string& child) {
  for (auto& one : state.replicas)
    if (one.child == child) return &one;
  return nullptr;
}

void set_status(server_actor_state& state, replica& one, instances_status status) {
  one.status = status;
  enter_sum(state);
}

void set_status_of_all(server_actor_state& state, instances_status status) {
  for (auto& one : state.replicas) one.status = status;
  enter_sum(state);
}

void set_reason(server_actor_state& state, replica& one, std::string reason) {
  state.reason.clear();
  one.reason = std::move(reason);
}

void note_concerned(server_actor_state& state, const replica& one) {
  if (one.owned_by.empty()) state.concerned = one.place;
}

std::uint32_t replicas_ready(const server_actor_state& state) {
  const auto shared = for_everybody(state);
  return static_cast<std::uint32_t>(
      std::count_if(shared.begin(), shared.end(),
                    [](const replica& x) { return x.status == instances_status::ready; }));
}

bool serves(const server_actor_state& state) noexcept {
  return state.instances == instances_status::ready ||
         state.instances == instances_status::degraded;
}

bool is_settled(const server_actor_state& state) {
  return all_settled(statuses(state).all());
}

replica* choose_replica(server_actor_state& state) {
  auto& all = state.replicas;
  const auto place = least_loaded(
      state.shared, state.next, [&](std::size_t at) { return all[at].wire != nullptr; },
      [&](std::size_t at) { return state.calls.callers_of(at); });
  if (!place) return nullptr;
  state.next = *place + 1 == state.shared ? 0 : *place + 1;
  return &all[*place];
}

replica* choose_unasked(server_actor_state& state) {
  auto& all = state.replicas;
  const auto place = least_loaded(
      state.shared, state.next,
      [&](std::size_t at) {
        return all[at].wire != nullptr && !state.calls.may_be_asked(all[at].number);
      },
      [&](std::size_t at) { return state.calls.callers_of(at); });
  return place ? &all[*place] : nullptr;
}

const replica& speaker(const server_actor_state& state) {
  const replica* found = nullptr;
  for (const auto& one : for_everybody(state))
    if (one.status == state.instances && (found == nullptr || one.delay < found->delay))
      found = &one;
  return found != nullptr ? *found : state.replicas.front();
}

std::string reason_of(const server_actor_state& state) {
  if (!state.reason.empty()) return state.reason;
  if (state.instances != instances_status::degraded) return speaker(state).reason;
  std::string text = std::to_string(replicas_ready(state)) + " of " + std::to_string(state.shared) +
                     " replicas are ready";
  for (const auto& one : for_everybody(state))
    if (one.status != instances_status::ready && !one.reason.empty())
      return text + "; #" + std::to_string(one.number) + ": " + one.reason;
  return text;
}

} // namespace toolscore
