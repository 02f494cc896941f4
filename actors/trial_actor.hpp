#pragma once
#include "actors/instance_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace toolscore {

/// From a trial to whoever wanted it: its instance has ended, to an empty tree.
struct trial_ended {
  std::uint64_t number = 0; ///< The instance's.
  std::string failure;      ///< Why it never got ready; empty = it did.
};

struct trial_options {
  instance_options instance; ///< Without owner and supervisor, which the trial is.
  caf::actor store;          ///< Keeps its row, for a node that is killed meanwhile.
  caf::actor coordinator;    ///< Permits its start, as any other's.
  caf::actor wanted_by;      ///< Where it ends, the trial ends.
};

struct trial_state {
  trial_state() = default;
  static inline const char* name = "toolscore.trial";
  caf::actor coordinator; ///< The present one; see coordinator_changed.
  caf::actor instance;    ///< Null until its start is permitted, and after its end.
  bool permitted = false; ///< It holds a place among the starts that are under way.
  bool was_ready = false;
  std::string failure;
};

using trial_pointer = caf::stateful_actor<trial_state>*;

/// Starts one instance once the coordinator permits it, ends it in order as soon as it is ready,
/// and tells what came of it. Nobody is served by it, and nothing starts it again. What would make
/// a start wait for another server fails it: what serves goes on meanwhile.
caf::behavior make_trial(trial_pointer self, std::shared_ptr<const trial_options> options);

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::trial_ended)
