#pragma once
#include "actors/liveness.hpp"
#include "actors/local_messages_actor.hpp"
#include "actors/packed_plan.hpp"
#include "actors/readiness.hpp"
#include "actors/server_table.hpp"
#include "actors/watchdog.hpp"
#include "mcp/envelope.hpp"
#include "mcp/handshake.hpp"
#include "messages/server_spec.hpp"
#include "runners/link_opener.hpp"
#include "runners/process_host.hpp"
#include "runners/side_channels.hpp"
#include "supervisor/stop_ladder.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace toolscore {

struct instance_options {
  instance_id id;
  std::string child;                            ///< What its supervisor knows it by.
  packed_plan plan;                             ///< One for all instances of the server,
  std::shared_ptr<const server_policy> policy;  ///< and so is this.
  process_host* processes = nullptr;            ///< Outlives every actor.
  std::shared_ptr<const link_opener> open_link; ///< The tree's.
  const side_channels* outside = nullptr;       ///< Outlives every actor.
  std::string client_capabilities = "{}";       ///< That a legacy server is told of; JSON.
  std::string kept_digest;                      ///< Of what is to outlive the node; else empty.
  caf::actor owner;                             ///< The server actor.
  caf::actor supervisor;
};

/// Lines of a ready instance go straight to its server; before that they are the handshake's.
struct line_route {
  bool to_owner = false;
};

/// How an instance shows that it is ready and lives, but for what the handshake and pings tell.
struct instance_evidence {
  readiness without_handshake; ///< Of what has no link.
  std::shared_ptr<notify_channel> notify;
  std::shared_ptr<const std::uint16_t> port_lease;
  std::shared_ptr<void> probing; ///< A probe that is out.
  std::string unheard;           ///< What its port last answered instead of taking a connection.
  watchdog dog;
  std::optional<std::chrono::steady_clock::time_point> watch_at; ///< Its timer.
  liveness health;                                               ///< By probes.
  std::string said;                                              ///< Its last STATUS=.
  std::string unhealthy;                                         ///< Why, while it is.
};

struct instance_actor_state {
  static inline const char* name = "toolscore.instance";
  instance_state at = instance_state::starting;
  std::shared_ptr<const instance_options> options; ///< Never null once it has begun.
  std::unique_ptr<hosted_process> process;
  std::shared_ptr<link> wire;
  std::shared_ptr<line_route> route = std::make_shared<line_route>();
  std::unique_ptr<mcp::handshake> probe; ///< Null where there is no link.
  /// Null once it is ready, where nothing more is asked of it: a thousand of them would count.
  std::unique_ptr<instance_evidence> evidence = std::make_unique<instance_evidence>();
  std::chrono::steady_clock::time_point start_deadline;
  bool start_forgiven = false; ///< The start's deadline was found late once.
  std::uint16_t port = 0;
  std::uint64_t timer_generation = 0; ///< Of the handshake's or the ladder's one timer.
  std::unique_ptr<stop_ladder> ladder;
  std::unique_ptr<gone_reason> verdict;  ///< Why we end it, if it is we who do.
  std::optional<caf::error> stop_reason; ///< The supervisor's, where it asked.
};

using instance_pointer = caf::stateful_actor<instance_actor_state>*;

/// Owns one process and its wire, and dies when that dies, with the reason. Starts it, completes
/// the handshake, and walks the stop ladder when its supervisor asks it to end.
caf::behavior make_instance(instance_pointer self, std::shared_ptr<const instance_options> options);

} // namespace toolscore
