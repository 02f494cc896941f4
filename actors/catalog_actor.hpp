#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/local_messages_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>

namespace toolscore {

struct catalog_state {
  static inline const char* name = "toolscore.catalog";
  std::map<std::string, tools_changed> tools; ///< By server.
  bool rebuild_armed = false;
};

/// Merges the tools of all servers and gives the bridge a new immutable index when they change.
caf::behavior make_catalog(caf::stateful_actor<catalog_state>* self, addresses_ptr tree,
                           mcp::prefix_policy prefix);

} // namespace toolscore
