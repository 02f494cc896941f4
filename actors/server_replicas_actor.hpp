#pragma once
#include "actors/server_actor.hpp"

#include <cstddef>
#include <ranges>

namespace toolscore {

// The replicas of a server actor: who is who, and what they are together.

/// The replicas that any call may be written to; `state` may be const.
template <class State>
auto for_everybody(State& state) {
  const auto begin = state.replicas.begin();
  return std::ranges::subrange(begin, begin + static_cast<std::ptrdiff_t>(state.shared));
}

/// Makes the places; once, before anything starts.
void make_replicas(server_actor_state& state);
/// Whose instance has this number. Null for one that has been replaced.
replica* replica_with(server_actor_state& state, std::uint64_t instance);
/// By its id under the supervisor; null for an unknown one.
replica* replica_named(server_actor_state& state, const std::string& child);

/// Enters what one is, and with it what all are.
void set_status(server_actor_state& state, replica& one, instances_status status);
void set_status_of_all(server_actor_state& state, instances_status status);
/// Why one is not ready, in place of what was said before.
void set_reason(server_actor_state& state, replica& one, std::string reason);

/// What is told of the server next is told by `one`, unless that is a caller's own.
void note_concerned(server_actor_state& state, const replica& one);

std::uint32_t replicas_ready(const server_actor_state& state);
/// At least one is ready.
bool serves(const server_actor_state& state) noexcept;
/// None of them starts, ends, or waits to start.
bool is_settled(const server_actor_state& state);
/// Where the next call is written; null while no wire is to be had.
replica* choose_replica(server_actor_state& state);
/// The same of those on which no call is in flight in which a server may ask.
replica* choose_unasked(server_actor_state& state);
/// The one whose last news are the server's own while none is ready: of those that are what all are
/// together the one that is started soonest.
const replica& speaker(const server_actor_state& state);
/// Why the server is not ready, in one line; empty where it is, or where nothing is wrong.
std::string reason_of(const server_actor_state& state);

} // namespace toolscore
