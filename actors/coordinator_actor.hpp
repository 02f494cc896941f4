#pragma once
#include "actors/start_gate.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>

namespace toolscore {

struct coordinator_state {
  static inline const char* name = "toolscore.coordinator";
  start_gate gate{1};
  std::map<std::uint64_t, caf::actor> askers; ///< Supervisors that hold or wait for a permit.
};

/// The one place where a start is allowed: every supervisor of instances asks here first.
caf::behavior make_coordinator(caf::stateful_actor<coordinator_state>* self,
                               std::size_t starts_max);

} // namespace toolscore
