#pragma once
#include "actors/instance_steps_actor.hpp"

#include <functional>

namespace toolscore {

// How an instance gets its wire. On stdio it has it as soon as it runs, and so has what runs
// elsewhere; a process that listens is connected to once its port takes a connection.

/// Before it is started: whether somebody else has its port, which it would try in vain to listen
/// on, and who would be spoken to in its place.
/// @error spawn_failed  who; it is left alone
result<done> check_port(instance_pointer self, const instance_options_pointer& options);

/// Opens the wire of an instance that runs and speaks, and then calls `then`, at once or later.
void begin_link(instance_pointer self, const instance_options_pointer& options, link_events events,
                std::function<void()> then);

/// The wire is of no use any more: nothing is under way on it, and the session is over. Of one that
/// is dialed that ends the wait of a stop for it.
void lose_link(instance_pointer self, const instance_options_pointer& options, std::string why);

/// "its port 21001 to take a connection: Connection refused"; empty where it does not wait for
/// that.
std::string waits_for_port(instance_pointer self);

} // namespace toolscore
