#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/catalog_messages_actor.hpp"
#include "messages/relations.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

struct catalog_state {
  static inline const char* name = "toolscore.catalog";
  std::map<std::string, mcp::offer_ptr> offers; ///< By server.
  std::map<std::string, mcp::list_set> changed; ///< Servers that are news since the last rebuild.
  std::shared_ptr<const joint_views> views = std::make_shared<const joint_views>();
  bool rebuild_armed = false;
  std::chrono::milliseconds rebuild_took{0};
};

/// Merges the lists of all servers and gives the bridge new immutable views when they change: one
/// of all servers, and one of each group's members.
caf::behavior make_catalog(caf::stateful_actor<catalog_state>* self, addresses_ptr tree,
                           std::shared_ptr<const std::vector<group_spec>> groups);

} // namespace toolscore
