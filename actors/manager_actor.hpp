#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/definition.hpp"
#include "actors/local_messages_actor.hpp"
#include "actors/server_actor.hpp"
#include "messages/server_spec.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace toolscore {

struct manager_options {
  addresses_ptr tree;
  /// Reads one server's configuration object; refused definitions say why.
  std::function<result<server_spec>(const std::string& name, const std::string& json)> parse;
  std::function<std::string()> endpoint; ///< "http://127.0.0.1:8088"; empty = nothing listens.
  server_options server;                 ///< What every server actor is given beside its spec.
  /// Taken by the first manager, which leaves none: a thousand definitions are some megabytes.
  std::shared_ptr<std::vector<initial_server>> initial;
  std::vector<group_spec> groups;
  /// Told once, when servers marked `significant` have ended for good: with success or not.
  std::function<void(bool success)> ended;
  std::shared_ptr<bool> begun; ///< True once a manager has taken `initial`.
};

/// One server in the registry.
struct registered_server {
  std::shared_ptr<const server_spec> spec; ///< Never null.
  desired_state desired = desired_state::running;
  install_choice install; ///< As its owner was given it; an update changes it there.
  caf::actor address;     ///< Null until its actor has said that it is up.
  state_changed last;
  std::chrono::system_clock::time_point since;
  std::vector<server_order> when_up; ///< Orders given before it was up.
  bool leaving = false;              ///< Being removed.
  bool was_ready = false;            ///< Once at least.
};

struct manager_state {
  static inline const char* name = "toolscore.manager";
  std::map<std::string, registered_server> servers;
  std::set<std::string> undecided; ///< Those that are neither ready nor in any other final state.
  node_readiness published;
  bool directory_due = false; ///< To be published when what waits in the mailbox is done.
  bool stopping = false;
  bool end_told = false;
  std::optional<stop_sequence> stops;           ///< The node's stop under way.
  bool loaded = false;                          ///< The registry is filled.
  std::vector<std::function<void()>> postponed; ///< Requests that came before it was.
};

using manager_pointer = caf::stateful_actor<manager_state>*;

/// The registry: hears every state_changed, owns what is desired, answers the control plane. A
/// definition is in the store before it is acted on.
caf::behavior make_manager(manager_pointer self, std::shared_ptr<const manager_options> options);

} // namespace toolscore
