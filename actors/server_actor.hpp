#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/breaker.hpp"
#include "actors/call_outcome.hpp"
#include "actors/call_table.hpp"
#include "actors/instance_actor.hpp"
#include "actors/listen_book.hpp"
#include "actors/local_messages_actor.hpp"
#include "actors/log_book.hpp"
#include "actors/packed_plan.hpp"
#include "actors/replica_actor.hpp"
#include "actors/server_table.hpp"
#include "actors/upkeep.hpp"
#include "actors/waiting_line.hpp"
#include "mcp/envelope.hpp"
#include "mcp/handshake.hpp"
#include "mcp/mirrored_arguments.hpp"
#include "mcp/rounds.hpp"
#include "mcp/server_offer.hpp"
#include "mcp/tool_filter.hpp"
#include "messages/server_spec.hpp"
#include "messages/supervision.hpp"
#include "runners/process_host.hpp"

#include <boost/ptr_container/ptr_vector.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

struct child_spec;

/// What is the same for all server actors of a node.
struct server_surroundings {
  link_opener open_link;
  std::string state_dir;
  std::function<double()> random; ///< [0, 1), for the back-off's jitter.
};

/// What every server actor is given.
struct server_options {
  std::shared_ptr<const server_spec> spec; ///< One for all who have it.
  desired_state desired = desired_state::running;
  /// What its owner starts it from, and the next owner, too; never null. Its owner changes it.
  std::shared_ptr<install_choice> install = std::make_shared<install_choice>();
  addresses_ptr tree;
  process_host* processes = nullptr;                 ///< Outlives every actor.
  const side_channels* outside = nullptr;            ///< Outlives every actor.
  std::shared_ptr<const server_surroundings> common; ///< One for all; never null.
};

/// A call of a legacy client whose modern server asked instead of answering.
struct open_round {
  std::uint64_t number = 0;
  call_request request;
  mcp::input_required asked;
  std::vector<std::pair<std::string, std::string>> answers; ///< Raw key, result object.
  std::vector<std::uint64_t> questions;                     ///< Of the exchange.
  std::chrono::steady_clock::time_point deadline;
};

/// A restart, start or stop that somebody waits for.
struct open_order {
  server_verb verb = server_verb::start;
  std::function<void(result<done>)> then;
};

/// What instances are started from. Their factories hold it, for they may be called after the owner
/// has died; an update puts another plan in.
struct plan_holder {
  packed_plan plan;
  std::string kept_digest; ///< Where they are to outlive the node; else empty.
};

/// An update under way.
struct open_update {
  enum class phase : std::uint8_t {
    installing,
    trying,
    storing,
    discarding, ///< It came to nothing, and `outcome` says why.
  };
  phase at = phase::installing;
  bool back = false;            ///< To the install before.
  std::uint32_t revision = 0;   ///< Of the other install.
  std::uint64_t generation = 0; ///< Of its request to the runner.
  std::string version;
  std::shared_ptr<const launch_plan> plan;
  caf::actor trial;
  std::string untried; ///< Why there is no trial.
  std::optional<error> given_up;
  result<update_result> outcome = update_result{};
  std::function<void(result<update_result>)> then;
};

/// Why a sleeper is woken: a call or a dependent needs it, or a person has ordered it.
enum class wake_cause : std::uint8_t { need, order };

/// THE OWNER of one MCP server: its stable address, call table, queue and tool list. It outlives
/// the server's instances, so that a crash loses no queue and no address.
struct server_actor_state {
  static inline const char* name = "toolscore.server";

  std::shared_ptr<const server_options> options;
  desired_state desired = desired_state::running;
  install_status install = install_status::none;
  instances_status instances = instances_status::none; ///< Of all replicas together.
  std::uint64_t install_generation = 0;
  std::shared_ptr<plan_holder> plan;   ///< Null until the install is done.
  std::unique_ptr<open_update> update; ///< Mostly null.
  std::string commit;
  std::string reason; ///< Why none of its replicas is what it should be; one line.

  caf::actor supervisor; ///< Of the instances; null until the install is done.
  /// First those for everybody, then callers' own; none ever moves.
  boost::ptr_vector<replica> replicas;
  std::size_t shared = 0;     ///< How many are for everybody.
  std::uint64_t last_own = 0; ///< Own ones are named by a count.
  std::size_t concerned = 0;  ///< The replica that was news last.
  std::size_t next = 0;       ///< Where the choice among equal ones begins.
  std::shared_ptr<const mcp::handshake_result> handshake; ///< The last of any.

  call_table calls{256};
  /// Of the policy and of what is held; holds at every endpoint. Null where that offers every tool.
  std::unique_ptr<mcp::tool_filter> filter;
  std::vector<std::string> held; ///< Tools that are not as they were approved; "*" = all.
  std::uint32_t looks = 0;       ///< Instances whose tools were or are to be looked at.
  bool unlooked = false;         ///< With "pin": "enforce": calls wait until the newest one's were.
  waiting_line waiting;          ///< Calls that wait for an instance, or for their turn.
  std::list<open_round> rounds;  ///< The oldest first.
  std::uint64_t last_round = 0;
  std::unique_ptr<listen_book> listens;                ///< Null until the first client listens.
  std::unique_ptr<log_book> log_levels;                ///< Null until the first says its level.
  std::unique_ptr<const mcp::mirrored_tools> mirrored; ///< Null while no tool marks an argument.
  /// The last ones, whatever became of the instance; null until there is one.
  std::unique_ptr<mcp::kept_lists> lists;
  mcp::list_set lists_due;  ///< To be fetched, one after the other.
  mcp::list_set lists_said; ///< The server says they have changed; due with the timer.
  mcp::list_set lists_told; ///< Announced, so that their being others is no more news.
  bool lists_armed = false; ///< Its timer runs.
  std::chrono::steady_clock::time_point lists_looked_at; ///< When somebody wanted them last.
  toolscore::breaker breaker;
  std::unique_ptr<upkeep> keep; ///< Null where nobody sleeps or is replaced.
  std::uint64_t upkeep_generation = 0;
  std::optional<std::chrono::steady_clock::time_point> upkeep_at; ///< Its timer.
  std::uint64_t own_generation = 0;
  std::optional<std::chrono::steady_clock::time_point> own_at; ///< The timer of unused own ones.
  std::uint64_t sweep_generation = 0;
  std::optional<std::chrono::steady_clock::time_point> sweep_at;
  std::optional<wake_cause> wake_wanted; ///< While it falls asleep.
  bool sweep_forgiven = false;           ///< The last one came late and failed nobody.
  bool cycling = false;   ///< A group restarts: the coordinator waits for its instances' ends.
  bool kept_ends = false; ///< What a former node kept and is not wanted.

  std::vector<open_order> orders;
  std::unique_ptr<state_changed> published; ///< Without its confinement; null at first.
  std::optional<caf::error> ending;         ///< Asked to end; waits for the supervisor's end.
  std::uint32_t restarts = 0;
  std::uint32_t tools = 0;
  std::uint64_t calls_total = 0;
  std::uint64_t failures_total = 0;
  std::uint64_t garbage_total = 0;

  process_status status() const noexcept {
    const auto told = status_of(install, desired, instances);
    return kept_ends && told == process_status::stopped ? process_status::stopping : told;
  }
};

using server_actor_pointer = caf::stateful_actor<server_actor_state>*;

/// What was published last, to be told again; nothing before the first time.
std::optional<state_changed> last_published(const server_actor_state& state);

/// An instance's place as a child of their supervisor.
child_spec child_of(server_actor_pointer self, const replica& one);

caf::behavior make_server(server_actor_pointer self, std::shared_ptr<const server_options> options);

} // namespace toolscore
