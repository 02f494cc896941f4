#pragma once
#include "loop/asio.hpp"
#include "messages/error.hpp"
#include "messages/launch_plan.hpp"

#include <chrono>
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
class child_process {
public:
  struct state;
  explicit child_process(std::shared_ptr<state> content);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  std::int64_t pid() const;      ///< The server's own pid, as the host sees it.
  std::int64_t init_pid() const; ///< Its init's pid on the host.
  confinement held_by() const;   ///< What really holds the tree.
  /// What the plan or the defaults asked and the host did not give, one line; empty = nothing.
  std::string not_given() const;

  /// The write end of its stdin and the read end of its stdout: non-blocking, close-on-exec, owned
  /// by the caller from now on. -1 when taken before, or when stdout goes to the log.
  int take_stdin();
  int take_stdout();

  /// Sends a signal to every process of the tree but its init (SIGTERM is followed by SIGCONT, so
  /// that a stopped process can hear it).
  void signal(int number);
  /// SIGKILL to the init: the kernel ends all that ever descended from it.
  void kill();
  /// Called once, after the init has been reaped, which is when the kernel has emptied the tree.
  /// The exit is the server's own; if only the init's is known, that one.
  void on_exit(std::function<void(process_exit)> hook);
  /// The last lines of stderr (and of stdout where that goes to the log), newest last.
  std::string log_tail(std::size_t lines_max) const;
  std::uint64_t log_bytes() const; ///< Drained so far, lost ones included.

private:
  std::shared_ptr<state> state_;
};

struct spawn_options {
  bool stdout_to_log = false; ///< Nobody speaks a protocol on stdout.
  bool no_stdin = false;      ///< Its stdin is /dev/null.
  std::function<void(std::string_view line)>
      on_log_line; ///< Each complete log line, at most 4 KiB.
  /// Empty: the strongest the host gives. Naming one is an order: without it the start fails.
  std::optional<confinement> held_by;
};

/// Starts processes through toolscore-spawner, which it starts once and again whenever it dies.
/// Create and use on the loop's thread, which must live as long as the children: they die with it.
class process_io {
public:
  struct state;
  /// @param libexec_dir     the directory that holds toolscore-spawner
  /// @param start_time_max  from the request to the exec; what takes longer is killed
  process_io(boost::asio::io_context& io, std::string libexec_dir,
             std::chrono::milliseconds start_time_max = std::chrono::seconds(30));
  ~process_io();

  using spawned = std::function<void(result<std::unique_ptr<child_process>>)>;
  /// Starts `plan`; `then` is called once, when the server has been exec'd or could not be.
  /// @error spawn_failed  what failed (clone, chdir, execve, a pidfile ...) with errno in words
  /// @error queue_full    too many starts wait already
  /// @error stopping      kill_all is under way
  void spawn(const launch_plan& plan, spawn_options options, spawned then);

  std::size_t alive() const;        ///< Trees not yet reaped.
  std::int64_t spawner_pid() const; ///< 0 while none runs.
  /// Kills every tree, those being started included, and calls `then` when all are reaped. Until
  /// then nothing new starts.
  void kill_all(std::function<void()> then);

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore
