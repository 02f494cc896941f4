#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "messages/launch_plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What a server as a whole is doing; a pure function of its install, its desired state and its
/// instances (actors/server_table.hpp). The names are those of the REST API and of `ps`.
enum class process_status : std::uint8_t {
  queued, ///< Waits for a free install slot.
  cloning,
  building,
  waiting, ///< For what it depends on.
  starting,
  ready,
  degraded, ///< Fewer replicas ready than asked.
  asleep,
  backing_off,
  crash_loop, ///< Parked: waits for a person, a config change or the half-open timer.
  failed,     ///< The install failed.
  completed,  ///< Transient or temporary, and done.
  stopping,
  stopped,
  needs_login, ///< A remote: somebody has to log in first; the reason says how.
};
inline constexpr std::size_t process_status_count = 15;
const char* to_string(process_status x) noexcept;

/// The life of one instance.
enum class instance_state : std::uint8_t { starting, ready, unhealthy, draining, stopping, gone };
inline constexpr std::size_t instance_state_count = 6;
const char* to_string(instance_state x) noexcept;

/// What the user wants of a server. In the store before it is acted on.
enum class desired_state : std::uint8_t { running, stopped };
const char* to_string(desired_state x) noexcept;

/// Why an instance ended.
enum class gone_kind : std::uint8_t {
  exited,            ///< By itself, with an exit code.
  killed,            ///< By a signal that we did not send.
  stopped,           ///< By our stop ladder.
  hung,              ///< Its pings or probes went unanswered, or its watchdog ran out.
  handshake_timeout, ///< Not ready within the start timeout.
  handshake_failed,  ///< It answered the handshake with something else.
  spawn_failed,      ///< It never ran.
  overflowed,     ///< It wrote a line over the limit, or stopped reading until its queue was full.
  internal_error, ///< Its actor died of a fault of ours; the process was killed with it.
  disconnected,   ///< It cannot be spoken to any more.
  login_needed,   ///< It lets nobody in before somebody has logged in; no crash.
};
const char* to_string(gone_kind x) noexcept;

struct gone_reason {
  gone_kind kind = gone_kind::exited;
  process_exit exit;  ///< Meaningful for exited and killed.
  std::string detail; ///< One line; empty where kind and exit say it all.
};

/// "killed by signal 9 (SIGKILL)": one line for people.
std::string to_string(const gone_reason& x);

/// A runner, an instance or a server tells the manager about one transition; sent in order.
struct state_changed {
  server_id server;
  process_status to = process_status::queued;
  std::int64_t pid = 0;               ///< The server's own pid on the host; 0 = none.
  std::int64_t init_pid = 0;          ///< Its init's pid on the host; 0 = none.
  std::uint64_t instance = 0;         ///< Of several replicas the one that is concerned.
  std::uint32_t attempt = 0;          ///< Which restart in a row this is; 0 = none.
  std::chrono::milliseconds delay{0}; ///< Until the next start, where one is planned.
  std::string reason;                 ///< One line for people; empty on the happy path.
  bool succeeded = false;             ///< completed: by an end that counts as success.
  std::string confinement;            ///< What really holds and limits the instance.
  bool running = false;               ///< An instance of it has a process, if not this one.
};

/// The failure of one call, with what a program needs to act on it (`data.toolscore`).
struct call_failure {
  errc code = errc::server_gone;
  std::string detail; ///< One line.
  std::string server;
  std::string state; ///< process_status as text.
  std::optional<int> exit_code;
  std::optional<int> signal;
  bool out_of_memory = false; ///< The kernel killed something of it for its memory limit.
  std::uint32_t attempt = 0;
  std::optional<std::chrono::milliseconds> retry_in;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, gone_reason& x) {
  return f(x.kind, x.exit, x.detail);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, state_changed& x) {
  return f(x.server, x.to, x.pid, x.init_pid, x.instance, x.attempt, x.delay, x.reason, x.succeeded,
           x.confinement, x.running);
}

} // namespace toolscore
