#pragma once
#include "actors/server_actor.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace toolscore {

// The call path of the server actor: everything between a caller's exchange and the wire.

/// Lets a call in: writes it, queues it while the server starts, or refuses it.
/// `wait_until` is given where it has waited before.
void admit_call(server_actor_pointer self, call_request&& request,
                std::optional<std::chrono::steady_clock::time_point> wait_until = {});
/// Writes it to an instance that is ready, unless too many are in flight.
void write_call(server_actor_pointer self, replica& one, call_request&& request);
/// initialize and discover are told from the last handshake. @returns whether it was one of them
bool answer_here(server_actor_pointer self, const call_request& request);
/// It is written when an instance that it may go to is ready, or when it is its turn, if there is
/// room to wait.
void wait_in_line(server_actor_pointer self, call_request&& request, waits_for why,
                  std::optional<std::chrono::steady_clock::time_point> wait_until);
/// Messages of the ready instance: answers, notifications, and requests of the server's own.
void take_lines(server_actor_pointer self, lines_in message);
/// A line over the limit came: the call that it was to answer fails, the others live on.
void take_overlong(server_actor_pointer self, const overlong_in& message);
void take_unanswered(server_actor_pointer self, const unanswered_in& message);
/// The instance is ready: writes all that waited.
void write_waiting(server_actor_pointer self);
/// Calls have ended: writes those that waited for that, in their turn.
void serve_waiting(server_actor_pointer self);
/// Sends the owner's own request to one replica; `params` counts for lists alone.
void ask_server(server_actor_pointer self, replica& one, own_request what,
                const std::string& params);

} // namespace toolscore
