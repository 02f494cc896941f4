#pragma once
// What servers' owners, the catalog and the bridge tell each other about lists.
#include "mcp/joint_view.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// The views that joint endpoints show.
struct joint_views {
  mcp::view_ptr all = std::make_shared<const mcp::joint_view>();
  std::map<std::string, mcp::view_ptr, std::less<>> groups;
};

/// Lists that are others than before. The first ones of a server are no news at its own endpoint.
struct list_news {
  std::vector<std::pair<server_id, mcp::list_set>> servers; ///< At `/mcp/{server}`.
  std::vector<std::pair<std::string, mcp::list_set>> views; ///< By group; empty = `/mcp`.
};

// To the catalog.
/// An owner: all that its server offers now; `changed` are those lists that were others before.
struct server_offered {
  server_id server;
  std::shared_ptr<const mcp::offer_policy> policy;
  std::shared_ptr<const mcp::handshake_result> handshake; ///< Null = it has not been ready yet.
  mcp::kept_lists lists;
  mcp::list_set changed;
  std::uint64_t place = 0; ///< Among all servers.
};
struct server_withdrawn {
  server_id server;
};

// To an owner.
/// The catalog has restarted: tell it anew.
struct tell_offer {};
/// What its server said has changed is to be fetched now.
struct lists_due {};
/// Somebody asks for its lists or listens to them: those that are good no more are fetched.
struct lists_wanted {};

// To the bridge.
struct catalog_changed {
  std::shared_ptr<const joint_views> views;
  list_news news;
};

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::server_offered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::server_withdrawn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::tell_offer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::lists_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::lists_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::catalog_changed)
