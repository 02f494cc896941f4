#pragma once
#include "messages/supervision.hpp"
#include "supervisor/strategy.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// What to supervise: data plus one factory. An actor that ends with an empty error or
/// `exit_reason::normal` has succeeded; every other end is a failure.
struct child_spec {
  std::string id;
  restart_type restart = restart_type::permanent;
  backoff_policy backoff;
  bool announces_ready = false; ///< False: it counts as ready once it is started.
  /// After a polite exit_msg(user_shutdown) the child has so long; then it is killed.
  std::chrono::milliseconds stop_timeout{5'000};
  /// Spawns the child; `number` is the start's own. Must not throw.
  std::function<caf::actor(caf::event_based_actor* supervisor, std::uint64_t number)> start;
};

/// The end of a child that no restart helps, for somebody has to do something first: it is parked
/// until its start is ordered, whatever its brakes say; where the supervisor parks nobody, it ends.
caf::error hopeless_end(std::string why);

struct supervisor_options {
  std::string name;
  strategy how = strategy::one_for_one;
  intensity_policy intensity;
  /// Over the intensity: false = end with an error, as OTP does, so that the parent decides;
  /// true = park the child and try it again after intensity.half_open; each child then has an
  /// intensity of its own, so that one that keeps crashing brakes no other.
  bool parks = false;
  /// They need nothing of each other: an end of the supervisor asks all of them at once.
  bool ends_together = false;
  caf::actor observer; ///< Receives child_report; may be null.
  /// Receives permit_request; null = every start is permitted. Once it is gone starts wait for its
  /// successor, which coordinator_changed brings.
  caf::actor coordinator;
  std::function<double()> random;  ///< [0, 1), for jitter; null = no jitter.
  std::uint64_t number_before = 0; ///< The first start has the number after it.
  std::vector<child_spec> children;
};

/// Adds a child to a running supervisor and starts it. Local to the node.
struct add_child {
  child_spec spec;
};

/// The coordinator was restarted: what is open is asked of this one. Local to the node.
struct coordinator_changed {
  caf::actor coordinator;
};

/// Asked of a supervisor, it comes to the observer behind all reports of what came before.
struct reports_told {};

/// Starts its children in order, restarts them by the contract, and when it is asked to end
/// (exit_msg) ends them, in reverse order and each awaited unless told otherwise, before itself.
struct supervisor_state;
/// @param options  its own: the children are taken out
caf::behavior make_supervisor(caf::stateful_actor<supervisor_state>* self,
                              std::shared_ptr<supervisor_options> options);
/// Spawns it from an actor (so that the tree is known) or from the system.
caf::actor spawn_supervisor(caf::event_based_actor* parent, supervisor_options options);
caf::actor spawn_supervisor(caf::actor_system& system, supervisor_options options);

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::add_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::coordinator_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::reports_told)
