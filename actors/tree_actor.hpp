#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/bridge_actor.hpp"
#include "actors/event_log.hpp"
#include "actors/manager_actor.hpp"
#include "actors/store_actor.hpp"
#include "config/node_config.hpp"
#include "runners/container/engine_client_io.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// What the tree is grown from. Everything here outlives it.
struct tree_options {
  node_config config;
  environment variables;
  std::string libexec_dir;
  std::size_t starts_max = 1; ///< Instances that may start at once.
  std::function<std::string()> endpoint;
  addresses_ptr tree;
  std::shared_ptr<tree_routes> route;
  process_host* processes = nullptr;
  std::shared_ptr<engine_client> engine; ///< Of containers.
  link_opener open_link;
  const side_channels* outside = nullptr;
  std::shared_ptr<event_log> log;
  store_options store;
  blocking_runner pool; ///< For work of the runner that blocks.
  /// The first manager takes them and leaves none.
  std::shared_ptr<std::vector<initial_server>> initial;
  std::function<void(bool success)> ended; ///< Significant servers have ended for good.
  /// Set once the first manager has taken `initial`; its successors read the store.
  std::shared_ptr<bool> begun = std::make_shared<bool>(false);
};

/// Starts the root supervisor with its fixed members; nothing that stands under it takes a server
/// down with it. Ends when it is asked to by an exit message.
caf::actor spawn_tree(caf::actor_system& system, tree_options options);

} // namespace toolscore
