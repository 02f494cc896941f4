#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// The crash reports of a server: drafted when an instance is gone, told with what its supervisor
// decides about that, which follows at once.

/// Call it when the instance runs: from here its uptime counts.
void begin_life(server_actor_pointer self, replica& one, const instance_started& message);
/// Call it once the calls in flight have been taken from the table (lose_calls).
void draft_crash(server_actor_pointer self, replica& one, const instance_gone& message);
/// An event, and a row in the store. Nothing without a draft.
void tell_crash(server_actor_pointer self, replica& one, const child_report& decision);

} // namespace toolscore
