#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "messages/launch_plan.hpp"
#include "runners/log_ring.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// One process that runs in a tree of its own: an init, the server it started, and all that ever
/// descends from it. Used on the loop's thread only; its callbacks come on that thread and never
/// from inside the call that registered them. Destroying it kills the tree; the reaping goes on.
class hosted_process {
public:
  hosted_process() = default;
  hosted_process(const hosted_process&) = delete;
  hosted_process& operator=(const hosted_process&) = delete;
  virtual ~hosted_process() = default;

  virtual std::int64_t pid() const = 0;      ///< The server's own pid, as the host sees it.
  virtual std::int64_t init_pid() const = 0; ///< Its init's pid on the host.
  virtual confinement held_by() const = 0;   ///< What really holds the tree.
  /// All that holds and limits the tree, in words; what was not given too.
  virtual std::string confined() const = 0;
  /// What the plan or the defaults asked and the host did not give, one line; empty = nothing.
  virtual std::string not_given() const = 0;

  /// The write end of its stdin and the read end of its stdout: non-blocking, close-on-exec, owned
  /// by the caller from now on. -1 when taken before, or when stdout goes to the log.
  virtual int take_stdin() = 0;
  virtual int take_stdout() = 0;

  /// Sends a signal to every process of the tree but its init (SIGTERM is followed by SIGCONT, so
  /// that a stopped process can hear it).
  virtual void signal(int number) = 0;
  /// SIGKILL to the init: the kernel ends all that ever descended from it.
  virtual void kill() = 0;
  /// Called once, when the tree is empty: its init says that it has no child left, and whoever of
  /// the tree loses its parent becomes the init's child. Where the init cannot say so any more, it
  /// is its reaping, before which the kernel has emptied its namespace. The exit is the server's
  /// own; if only the init's is known, that one.
  virtual void on_exit(std::function<void(process_exit)> hook) = 0;
  /// The last lines of stderr (and of stdout where that goes to the log), newest last.
  virtual std::string log_tail(std::size_t lines_max) const = 0;
  /// The log itself, which outlives the process in whoever holds it; null where none is kept.
  virtual std::shared_ptr<const log_ring> log() const { return nullptr; }
  virtual std::uint64_t log_bytes() const = 0; ///< Drained so far, lost ones included.

  /// Of one that is kept: it serves, which the next node is told. Nothing for others.
  virtual void note_ready() {}
  /// It runs since a former node's time, and was ready then.
  virtual bool was_ready() const { return false; }
  /// A former node started it.
  virtual bool adopted() const { return false; }
  /// Where the node ends and this one is to outlive it: lets go of it, after which nothing is heard
  /// of it. @returns false where it is to end as any other
  virtual bool leave() { return false; }
};

/// One that is to outlive the node.
struct kept_as {
  instance_id id;
  std::string digest; ///< Of its definition: the next node adopts it only under the same.
  std::uint16_t port = 0;
  /// How long one of another digest has to end after SIGTERM.
  std::chrono::milliseconds term{0};
};

/// One that a former node kept, that lives, and that nobody has asked for yet.
struct kept_instance {
  std::uint64_t number = 0;
  std::string digest;
  std::uint16_t port = 0;
};

struct spawn_options {
  instance_id instance;       ///< Whose it is; empty = nobody's in particular.
  bool stdout_to_log = false; ///< Nobody speaks a protocol on stdout.
  bool no_stdin = false;      ///< Its stdin is /dev/null.
  std::function<void(std::string_view line)>
      on_log_line; ///< Each complete log line, at most 4 KiB.
  /// Empty: the strongest the host gives. Naming one is an order: without it the start fails.
  std::optional<confinement> held_by;
  /// It outlives the node. Where a former node has kept one of the same server and digest, that one
  /// is adopted and nothing is started; one of another digest is ended first.
  std::optional<kept_as> keep;
};

/// Where processes come from: process_io in a node, a simulated host in tests on virtual time.
/// Used on the loop's thread only.
class process_host {
public:
  process_host() = default;
  process_host(const process_host&) = delete;
  process_host& operator=(const process_host&) = delete;
  virtual ~process_host() = default;

  using spawned = std::function<void(result<std::unique_ptr<hosted_process>>)>;
  /// Starts `plan`; `then` is called once, when the server has been exec'd or could not be, and
  /// never from inside this call.
  /// @error spawn_failed  what failed (clone, chdir, execve ...) with errno in words
  /// @error queue_full    too many starts wait already
  /// @error stopping      the host is being emptied
  virtual void spawn(const launch_plan& plan, spawn_options options, spawned then) = 0;

  virtual std::optional<kept_instance> kept(const server_id&) const { return std::nullopt; }
  /// The number of one that a former node kept and that is no more, or is not to go on; 0 = none.
  virtual std::uint64_t last_kept(const server_id&) const { return 0; }
  /// Ends it, if there is one: nobody will ask for it. `then` is called once nothing of it is left.
  /// @param term  what it has after SIGTERM
  /// @returns whether there is one
  virtual bool end_kept(const server_id&, std::chrono::milliseconds, std::function<void()>) {
    return false;
  }
};

} // namespace toolscore
