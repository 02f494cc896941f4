#include "actors/tree_actor.hpp"

#include "actors/catalog_actor.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/events_actor.hpp"
#include "actors/runner_member_actor.hpp"
#include "config/server_config.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <random>

namespace toolscore {
namespace {

using options_pointer = std::shared_ptr<const tree_options>;

/// A fixed member: always restarted, known to everybody by `slot` of the addresses.
template <class Spawn>
child_spec member(const options_pointer& options, std::string id, caf::actor addresses::*slot,
                  Spawn spawn) {
  child_spec child;
  child.id = std::move(id);
  child.start = [tree = options->tree, slot, spawn](caf::event_based_actor* root, std::uint64_t) {
    auto address = spawn(root);
    (*tree).*slot = address;
    return address;
  };
  return child;
}

std::function<double()> jitter_source() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>{0.0, 1.0}(*engine); };
}

caf::actor spawn_servers(caf::event_based_actor* root) {
  supervisor_options servers;
  servers.name = "servers";
  servers.parks = true; // One owner that keeps crashing never takes the others down.
  servers.random = jitter_source();
  return spawn_supervisor(root, std::move(servers));
}

caf::actor spawn_catalog(const options_pointer& options, caf::event_based_actor* root) {
  return root->spawn(make_catalog, options->tree,
                     std::make_shared<const std::vector<group_spec>>(options->config.groups));
}

caf::actor spawn_runner(const options_pointer& options, caf::event_based_actor* root) {
  runner_member_options runner;
  runner.processes = options->processes;
  runner.engine = options->engine;
  runner.engine_address = options->config.engine;
  runner.state_dir = options->config.state_dir;
  runner.libexec_dir = options->libexec_dir;
  runner.installs_max = options->config.installs_max;
  runner.manager = [tree = options->tree] { return tree->manager; };
  runner.pool = options->pool;
  return spawn_runners(root, runner);
}

caf::actor spawn_manager(const options_pointer& options, caf::event_based_actor* root) {
  auto manager = std::make_shared<manager_options>();
  manager->tree = options->tree;
  manager->endpoint = options->endpoint;
  manager->parse = [options](const std::string& name, const std::string& json) {
    return parse_server(name, json, options->config.defaults, options->variables);
  };
  manager->server.tree = options->tree;
  manager->server.processes = options->processes;
  manager->server.outside = options->outside;
  manager->server.common = std::make_shared<const server_surroundings>(
      server_surroundings{options->open_link, options->config.state_dir, jitter_source()});
  manager->initial = options->initial;
  manager->groups = options->config.groups;
  manager->ended = options->ended;
  manager->begun = options->begun;
  return root->spawn(make_manager, std::shared_ptr<const manager_options>(manager));
}

} // namespace

caf::actor spawn_tree(caf::actor_system& system, tree_options chosen) {
  const auto options = std::make_shared<const tree_options>(std::move(chosen));
  supervisor_options root;
  root.name = "root";
  root.random = jitter_source();
  root.children = {
      member(options, "store", &addresses::store,
             [options](auto* self) { return self->spawn(make_store, options->store); }),
      member(options, "events", &addresses::events,
             [options](auto* self) { return self->spawn(make_events, options->log); }),
      member(options, "bridge", &addresses::bridge,
             [options](auto* self) { return self->spawn(make_bridge, options->route); }),
      member(options, "catalog", &addresses::catalog,
             [options](auto* self) { return spawn_catalog(options, self); }),
      member(options, "coordinator", &addresses::coordinator,
             [options](auto* self) {
               return self->spawn(make_coordinator, options->tree, options->starts_max);
             }),
      member(options, "runner", &addresses::runner,
             [options](auto* self) { return spawn_runner(options, self); }),
      member(options, "servers", &addresses::servers,
             [](auto* self) { return spawn_servers(self); }),
      member(options, "manager", &addresses::manager,
             [options](auto* self) { return spawn_manager(options, self); }),
  };
  // Ends in reverse: the manager first, then the servers with all their trees, the store last.
  for (auto& child : root.children) child.stop_timeout = options->config.stop_deadline;
  return spawn_supervisor(system, std::move(root));
}

} // namespace toolscore
