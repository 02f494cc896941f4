#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// What others order of a server and ask about it.

void take_order(server_actor_pointer self, const server_order& order);
/// A group restarts: ends the instance, which then asks for its start again.
void cycle(server_actor_pointer self);
/// The same, now that all that was spawned before it is known.
void cycle_replicas(server_actor_pointer self);
/// Somebody who should know this server has restarted.
void tell(server_actor_pointer self, const tell_standing& asked);
server_status describe(server_actor_pointer self);
/// Of several replicas one after the other, each under its instance's name.
log_answer read_logs(server_actor_pointer self, const log_request& request);

// The server's own life, in server_actor.cpp.

/// Tells the manager and the coordinator, when anything that is shown has changed.
void publish(server_actor_pointer self);
/// To be called after every change of the server's status.
void changed(server_actor_pointer self);
void ask_install(server_actor_pointer self);
/// With a start of every replica.
void start_supervisor(server_actor_pointer self);

} // namespace toolscore
