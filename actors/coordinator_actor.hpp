#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/coordination.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <optional>
#include <string>

namespace toolscore {

struct coordinator_state {
  static inline const char* name = "toolscore.coordinator";
  std::optional<coordination> decide;
  std::map<std::uint64_t, caf::actor> askers;         ///< Supervisors that hold or want a permit.
  std::map<std::uint64_t, std::string> cycled_owners; ///< Watched: one that dies has no instance.
};

/// The one place where a start is allowed: every supervisor of instances asks here first, and
/// dependencies and groups are policies that it asks. One that restarted asks the owners how their
/// servers stand; their supervisors then tell it what was open.
caf::behavior make_coordinator(caf::stateful_actor<coordinator_state>* self, addresses_ptr tree,
                               std::size_t starts_max);

} // namespace toolscore
