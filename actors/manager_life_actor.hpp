#pragma once
#include "actors/manager_actor.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

using manager_options_pointer = std::shared_ptr<const manager_options>;

// How a manager begins, takes over from a former one, and stops the node's servers.

/// Fills the registry.
void take_initial(manager_pointer self, const manager_options_pointer& options,
                  std::vector<initial_server> servers);
/// Fills it from the store, with the servers that a former manager left running.
void load(manager_pointer self, const manager_options_pointer& options);
/// Says so once, when the servers that are significant have ended.
void look_for_end(manager_pointer self, const manager_options_pointer& options);
/// Runs `work` now, or as soon as the registry is filled.
void when_loaded(manager_pointer self, std::function<void()> work);
/// Every server after all that depend on it, each end awaited; independent ones in parallel.
void stop_all(manager_pointer self, const manager_options_pointer& options,
              const stop_everything& request);

// The registry, in manager_actor.cpp.

/// An event of the node's or of a server's.
void tell(manager_pointer self, const manager_options_pointer& options, std::string kind,
          const server_id& server, std::map<std::string, std::string> fields);
std::string register_server(manager_pointer self, server_spec spec, desired_state desired,
                            const install_choice& install);
void start_actor(manager_pointer self, const manager_options_pointer& options,
                 const registered_server& entry);
/// A stored definition that cannot be read any more: shown as failed, with the reason, until it is
/// removed or what it refers to is there again.
void register_refused(manager_pointer self, const initial_server& server);
void finish_removal(manager_pointer self, const manager_options_pointer& options,
                    const server_id& server);
void publish_relations(manager_pointer self, const manager_options_pointer& options);
void publish_readiness(manager_pointer self, const manager_options_pointer& options);

} // namespace toolscore
