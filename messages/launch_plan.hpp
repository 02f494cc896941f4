#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// What makes a plan one for a container.
struct container_launch {
  container_settings settings;
  std::string image_id;     ///< What the image's name stood for when it was installed.
  bool own_command = false; ///< argv[0] takes the place of the image's entrypoint; else all of argv
                            ///< are arguments of that.
  std::uint16_t port = 0;   ///< Is the same on the host's loopback; 0 = none.
};

/// Everything needed to start one process, and nothing else: a value that can be printed and
/// tested.
struct launch_plan {
  std::vector<std::string> argv; ///< argv[0] is an absolute path or is searched in env's PATH.
  std::map<std::string, std::string> env; ///< The whole environment; nothing is inherited.
  std::string cwd;                        ///< Absolute; in a container empty = the image's own.
  bool own_cwd = false;   ///< `cwd` is the server's own directory: made, 0700, where it is missing.
  std::string stderr_log; ///< stderr is also appended to this file; empty = none.
  std::string name;       ///< Of its cgroup, where it has one; empty = argv[0]'s.
  limits_policy limits;
  launch_isolation isolation;
  /// Set: it starts in a container, whose image has an environment of its own below `env`.
  std::optional<container_launch> container;
  /// Where it is spoken to, if that is a place of its own. Nothing is started where `argv` is
  /// empty.
  std::shared_ptr<const http_endpoint> endpoint;
};

/// What in fact holds a tree together.
enum class confinement : std::uint8_t {
  none,               ///< No namespace: its keepers, and a cgroup where there is one.
  pid_namespace,      ///< PID and mount namespace with an own /proc, as root.
  user_pid_namespace, ///< The same inside a user namespace, as an ordinary user.
};
const char* to_string(confinement x) noexcept;

/// What a whole tree used in its life, its init's few pages included.
struct process_usage {
  std::chrono::microseconds user_time{0};
  std::chrono::microseconds system_time{0};
  std::uint64_t memory_max_bytes = 0; ///< The largest resident set of any one process of it.
  std::uint64_t major_faults = 0;     ///< Page faults that had to wait for a disk.
};

/// How a process ended.
struct process_exit {
  bool signaled = false; ///< True: `status` is a signal number; false: an exit code.
  int status = 0;        ///< `unknown` where nobody could tell.
  static constexpr int unknown = -1;
  bool core_dumped = false;
  /// The kernel killed a process of the tree for the tree's memory limit; only known with a limit.
  bool out_of_memory = false;
  std::uint64_t memory_limit_bytes = 0; ///< That limit; 0 unless `out_of_memory`.
  process_usage usage{};                ///< All 0 where the host did not tell.
  /// The same way to end; what was used on the way is no part of it.
  friend bool operator==(const process_exit& a, const process_exit& b) noexcept {
    return a.signaled == b.signaled && a.status == b.status;
  }
};

/// "exit 1" or "signal 9 (SIGKILL)", followed by ", core dumped" and ", out of memory (limit 64
/// MiB)".
std::string to_string(const process_exit& x);

/// "out of memory (limit 64 MiB)"; empty where that is not why.
std::string memory_words(const process_exit& x);

/// The name of a signal, "SIGKILL" for 9; "SIG<n>" where it has none.
std::string signal_name(int number);

/// Of so many bytes: "64 MiB", "10 MB" or "1000001 bytes": exact, in the largest unit that is.
std::string size_text(std::uint64_t size);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_usage& x) {
  return f(x.user_time, x.system_time, x.memory_max_bytes, x.major_faults);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_exit& x) {
  return f(x.signaled, x.status, x.core_dumped, x.out_of_memory, x.memory_limit_bytes, x.usage);
}

} // namespace toolscore
