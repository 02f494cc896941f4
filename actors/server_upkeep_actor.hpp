#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// How a server sleeps and wakes, and how an instance that has lived long enough is replaced.

/// An instance is ready: its lifetime begins, and with the first one the server's idleness.
void begin_upkeep(server_actor_pointer self, const replica& one);
/// One timer at the earliest end; what moves that later is found when it comes. To be called when
/// what it may have waited for has changed.
void arm_upkeep(server_actor_pointer self);
void take_upkeep_due(server_actor_pointer self, const upkeep_due& due);
/// The coordinator says that nobody who runs needs it.
void take_may_sleep(server_actor_pointer self);
/// Somebody needs it. One that is falling asleep is woken when it sleeps. A replica that slept
/// parked is tried once, as half open, unless it was ordered.
void wake(server_actor_pointer self, wake_cause why);
/// Its instance has ended, so it sleeps now.
void fell_asleep(server_actor_pointer self);
/// While it sleeps or falls asleep: what can be told without it.
/// @returns whether the request is answered
bool answer_asleep(server_actor_pointer self, const call_request& request);
/// May a call be written to it, must it wait, or can it not be served?
admission admission_of(server_actor_pointer self);

} // namespace toolscore
