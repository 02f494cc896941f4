#pragma once
#include "actors/record_inbox.hpp"
#include "actors/server_places.hpp"
#include "config/relations.hpp"

#include <caf/actor.hpp>

#include <map>
#include <memory>
#include <string>

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
  /// The owners of all servers, by name: who restarts finds them here.
  std::map<std::string, caf::actor> owners;
  server_places places; ///< Of all servers; the manager's to change.
  /// Who depends on whom; the manager replaces it when a server comes or goes.
  std::shared_ptr<const relations> related = std::make_shared<const relations>();
  /// The node's stop was ordered: from then on nobody falls asleep and no life ends by plan.
  bool stopping = false;
};
using addresses_ptr = std::shared_ptr<addresses>;

} // namespace toolscore
