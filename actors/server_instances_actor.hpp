#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// What a server's instances and their supervisor tell it.

void take_started(server_actor_pointer self, const instance_started& message);
void take_ready(server_actor_pointer self, const instance_ready& message);
void take_word(server_actor_pointer self, const instance_word& message);
/// It is asked to stop: nothing more is written to it, and it hears of its last answer.
void take_draining(server_actor_pointer self, const instance_draining& message);
void take_gone(server_actor_pointer self, const instance_gone& message);
void take_report(server_actor_pointer self, const child_report& report);
void take_ping_due(server_actor_pointer self, const ping_due& message);

} // namespace toolscore
