#pragma once
#include "actors/instance_steps_actor.hpp"

namespace toolscore {

// What makes an instance ready that is asked for no handshake, and what tells later that it lives:
// its log, its words on NOTIFY_SOCKET, probes of its port.

/// Before its process is asked for: its variables, its socket, its port, the watch of its log.
/// @returns its own copy of the plan, with them; the one of all instances where it needs none
/// @error io_failed  the socket cannot be made, or no port is free
result<std::shared_ptr<const launch_plan>> prepare_evidence(instance_pointer self,
                                                            const instance_options_pointer& options,
                                                            spawn_options& how);
/// Its process runs.
void begin_evidence(instance_pointer self, const instance_options_pointer& options);
/// Its start timeout has come.
void take_start_timeout(instance_pointer self, const instance_options_pointer& options);

} // namespace toolscore
