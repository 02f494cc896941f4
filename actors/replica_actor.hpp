#pragma once
#include "actors/call_table.hpp"
#include "actors/crash_report.hpp"
#include "actors/listen_book.hpp"
#include "actors/liveness.hpp"
#include "actors/local_messages_actor.hpp"
#include "actors/server_table.hpp"
#include "mcp/handshake.hpp"
#include "mcp/list_pager.hpp"
#include "mcp/served_list.hpp"
#include "messages/client_capabilities.hpp"
#include "runners/log_history.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// No level of the log was told to an instance, or is wanted by its calls.
inline constexpr std::uint8_t log_untold = 0xff;

/// What a crash report tells of an instance's life; empty between two.
struct instance_life {
  std::uint64_t number = 0;
  std::int64_t pid = 0;
  std::chrono::steady_clock::time_point since;
  bool was_ready = false;
};

/// One of its lists while its pages are fetched.
struct list_fetch {
  mcp::served_list kind = mcp::served_list::tools;
  mcp::list_pager pager;
  std::uint32_t look = 0; ///< The owner's `looks` when it began.
};

/// One of the instances that a server has at once: a place in which one instance follows another.
/// A part of its owner's state.
struct replica {
  std::uint32_t place = 0; ///< Among the server's replicas.
  std::string child;       ///< Its id under the instances' supervisor.
  std::string owned_by;    ///< A session or a principal that it is for alone; empty = everybody.
  client_capabilities declares; ///< What such an instance is told that its client can be asked.
  bool leaves = false;          ///< It ends and is forgotten.
  std::chrono::steady_clock::time_point used; ///< By its owner.
  instances_status status = instances_status::none;
  std::string reason; ///< Why it is not ready; one line.

  std::uint64_t spawned = 0; ///< The number of its last start, as its supervisor told it.
  caf::actor instance;       ///< The current one.
  std::uint64_t number = 0;
  std::uint64_t gone = 0; ///< The last instance whose end was told.
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  std::string confinement;
  std::uint16_t port = 0;
  std::shared_ptr<link> wire; ///< Null unless the instance is ready.
  /// Of its last instance that was ready: which era it speaks may depend on how fast it answered.
  std::shared_ptr<const mcp::handshake_result> handshake;
  std::optional<process_exit> last_exit;
  log_history logs;
  instance_word word; ///< Of the current instance.
  instance_life current;
  std::unique_ptr<crash_report> crash; ///< Of an end about which nothing is decided yet.
  std::uint64_t replaced = 0; ///< The instance that a restart is ending, whose pid is not news.
  std::uint32_t attempt = 0;
  std::chrono::milliseconds delay{0};
  caf::actor drains; ///< The instance, while it waits for its last answers.

  std::vector<pending_call> lost; ///< In flight at a crash; failed with the supervisor's decision.
  std::string lost_reason;
  gone_kind lost_by = gone_kind::exited;    ///< How the instance ended that had them.
  std::unique_ptr<list_fetch> fetch;        ///< A list on its way.
  std::unique_ptr<upstream_listen> listens; ///< What the current instance was asked to tell.
  liveness life;                            ///< Of the current instance.
  std::uint64_t ping_generation = 0;

  bool planned = false;   ///< The next start is no sign of trouble.
  bool braked = false;    ///< It sleeps, and was parked.
  bool alive = false;     ///< An instance was spawned and has not been reported as ended.
  bool cycling = false;   ///< A group restarts and waits for the instance's end.
  bool succeeded = false; ///< The last instance ended with success.
  std::uint8_t log_told = log_untold;  ///< The severity that the current instance was told last.
  std::uint8_t log_calls = log_untold; ///< The least that calls without a session wanted of it.
  bool login = false;                  ///< Its last instance ended for want of a login.
};

} // namespace toolscore
