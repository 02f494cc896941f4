#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// The call path of the server actor: everything between a caller's exchange and the wire.

/// Lets a call in: writes it, queues it while the server starts, or refuses it.
void admit_call(server_actor_pointer self, call_request request);
/// The caller went away or cancelled.
void cancel_call(server_actor_pointer self, const call_cancel& request);
/// One message of the ready instance: an answer, a notification, or a request of the server's own.
void take_line(server_actor_pointer self, const line_in& message);
/// A line over the limit came: the call that it was to answer fails, the others live on.
void take_overlong(server_actor_pointer self, const overlong_in& message);
/// The instance is ready: writes all that waited.
void write_waiting(server_actor_pointer self);
/// Calls in flight on an instance that is gone: kept until the supervisor's decision is known.
/// Those over `lines_begun`, which it never saw, wait for the next instance.
void lose_calls(server_actor_pointer self, std::uint64_t number, std::uint64_t lines_begun,
                const gone_reason& reason);
/// Fails them with that decision.
void fail_lost(server_actor_pointer self);
/// Fails all that waits, because the server will not become ready.
void fail_waiting(server_actor_pointer self);
/// Fails what is over its deadline.
void sweep(server_actor_pointer self);
/// Sends the owner's own request; `params` counts for lists alone.
void ask_server(server_actor_pointer self, own_request what, const std::string& params);
/// Fetches the server's tool list anew, for the catalog.
void list_tools(server_actor_pointer self);
/// Tells a draining instance once its last call is answered.
void check_drained(server_actor_pointer self);

} // namespace toolscore
