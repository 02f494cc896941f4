#pragma once
#include "actors/server_actor.hpp"
#include "actors/trial_actor.hpp"
#include "runners/process_runner_actor.hpp"

namespace toolscore {

// How a server goes over to another install: one is made beside that which it runs from, a trial
// instance of it must get ready, the store knows of it, and only then its supervisor restarts what
// serves. Whatever fails before that changes nothing.

void take_update(server_actor_pointer self, const update_order& order);
/// @returns whether the answer was an update's
bool take_update_install(server_actor_pointer self, const install_finished& message);
void take_trial(server_actor_pointer self, const trial_ended& message);
/// A trial's actor has died of a fault.
void take_trial_down(server_actor_pointer self, const caf::down_msg& message);
void take_discarded(server_actor_pointer self, const install_discarded& message);
/// A later order takes its place, or the server ends: an update that has not reached the store yet
/// is given up.
void give_up_update(server_actor_pointer self, const std::string& why);
/// The same, and nothing more of it will be heard.
void forget_update(server_actor_pointer self, const std::string& why);

// In server_actor.cpp.

/// What the runner found, with what the server adds to it.
std::shared_ptr<const launch_plan> completed_plan(const server_actor_state& state,
                                                  const launch_plan& launch);
/// What every instance of the server is given, but for its identity, its owner and its supervisor.
instance_options options_of_instance(const std::shared_ptr<const server_options>& from,
                                     const client_capabilities& told);

} // namespace toolscore
