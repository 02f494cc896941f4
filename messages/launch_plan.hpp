#pragma once
#include "messages/server_spec.hpp"

#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// Everything needed to start one process, and nothing else: a value that can be printed and
/// tested.
struct launch_plan {
  std::vector<std::string> argv; ///< argv[0] is an absolute path or is searched in env's PATH.
  std::map<std::string, std::string> env; ///< The whole environment; nothing is inherited.
  std::string cwd;                        ///< Absolute.
  std::string pidfile;                    ///< Written by the node after the start; empty = none.
  std::string stderr_log;                 ///< stderr is also appended to this file; empty = none.
  limits_policy limits;
};

/// What the kernel was in fact asked to hold a process in.
enum class confinement : std::uint8_t {
  none,
  pid_namespace,      ///< PID and mount namespace with an own /proc, as root.
  user_pid_namespace, ///< The same inside a user namespace, as an ordinary user.
};
const char* to_string(confinement x) noexcept;

/// How a process ended.
struct process_exit {
  bool signaled = false; ///< True: `status` is a signal number; false: an exit code.
  int status = 0;
  bool operator==(const process_exit&) const = default;
};

/// "exit 1" or "signal 9 (SIGKILL)".
std::string to_string(const process_exit& x);

/// The name of a signal, "SIGKILL" for 9; "SIG<n>" where it has none.
std::string signal_name(int number);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_exit& x) {
  return f(x.signaled, x.status);
}

} // namespace toolscore
