#pragma once
#include "actors/record_inbox.hpp"

#include <caf/actor.hpp>

#include <memory>

namespace toolscore {

/// Where the fixed members of the tree are reached. The root's factories write a new address when a
/// member restarts; everybody looks it up at each send. Used on the loop's thread only.
struct addresses {
  caf::actor store;
  caf::actor events;
  caf::actor manager;
  caf::actor coordinator;
  caf::actor runner;
  caf::actor servers; ///< The supervisor of all server actors.
  caf::actor catalog;
  caf::actor bridge;
  record_inbox records; ///< On their way to the store.
};
using addresses_ptr = std::shared_ptr<addresses>;

} // namespace toolscore
