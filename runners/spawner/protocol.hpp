#pragma once
#include <csignal>
#include <cstddef>
#include <cstdint>

// What the node and toolscore-spawner say to each other. Both are built from one tree and run on
// one machine, so plain structs travel; every message is one SOCK_SEQPACKET packet.
namespace toolscore::spawner {

/// Where the spawner finds its socket to the node.
inline constexpr int node_socket = 3;

/// What holds a tree together.
enum class hold : std::uint32_t {
  strongest,      ///< In a request only: whatever the host gives.
  pid_namespace,  ///< PID and mount namespace with an own /proc.
  user_namespace, ///< The same inside a user namespace.
  sweep, ///< No namespace: keeper and init are subreapers that kill their descendants themselves.
};

/// Where a start can fail; the node has the words for it.
enum class step : std::uint32_t {
  none,
  receive,
  clone,
  identity, ///< setgroups, uid_map and gid_map.
  mounts,
  proc,
  plan,
  watch, ///< The init's signalfd and its hold on the node's life.
  fork,
  session,
  stdio,
  limits,
  privileges,
  directory,
  exec,
  interpreter, ///< The program is there, what it asks to be run by is not.
  cgroup,
  keep,      ///< It is to outlive the node, and no namespace would hold it then.
  isolation, ///< One of the plan's `orders`; the report says which.
};

/// Of all that a node says to the init that a former one started; another version's is not adopted.
inline constexpr int keep_version = 2;

/// node -> spawner, with the descriptors of `request_fd` and, after them, those of the cgroups that
/// the server is in before its first instruction: `joins` files of v1 to write itself into, and
/// then `homes` directories of v2 to be born in. Its init stays outside, so that no limit of the
/// server ever ends who is to tell of it. A tree that `keeps` brings those of `keep_fd` at the end.
/// Number 0 starts nothing. It brings one descriptor, a cgroup.kill: once the node is dead the
/// spawner writes to it and ends.
struct spawn_request {
  std::uint64_t number = 0;
  hold wanted = hold::strongest;
  std::uint32_t joins = 0;
  std::uint32_t homes = 0;
  std::uint32_t keeps = 0; ///< 1: it outlives the node, once the order to go has come.
  std::uint32_t spare = 0; ///< 1: an init alone, with its control socket as the one descriptor.
};
enum request_fd : std::size_t { plan_fd, stdin_fd, stdout_fd, stderr_fd, control_fd, request_fds };
/// What a tree that outlives its node has besides: a bound socket for the next node to connect to,
/// the read end of its log, and the file in which its log is kept while no node reads it.
enum keep_fd : std::size_t { listen_fd, log_fd, away_fd, keep_fds };
/// memory, cpu and pids; of v2 there is one hierarchy.
inline constexpr std::size_t joins_max = 3;
inline constexpr std::size_t homes_max = 1;
inline constexpr std::size_t passed_fds_max = request_fds + joins_max + homes_max + keep_fds;

/// What the host gives beside a hold, found by trying.
struct abilities {
  std::uint32_t landlock = 0; ///< The version of its interface; 0 = there is none.
  std::uint32_t filters = 0;  ///< 1: of system calls.
  std::uint32_t networks = 0; ///< 1: of a tree's own, with the best hold.
};

/// spawner -> node, with the init's pidfd when `error` is 0. Number 0 answers no request: it is
/// the first word of every spawner, and tells in `held` and `able` what the host gives.
struct spawn_reply {
  std::uint64_t number = 0;
  std::int32_t error = 0; ///< errno of `failed`.
  step failed = step::none;
  hold held = hold::sweep;
  step weakened = step::none;      ///< Why it is not held stronger: what the host refused,
  std::int32_t weakened_error = 0; ///< and its errno.
  std::int32_t init_pid = 0;
  abilities able;
};

/// init -> node over the control socket. From inside a namespace `running` carries the server's pid
/// as SCM_CREDENTIALS too, which the kernel translates for the reader. A kept init says it to each
/// node that connects, with the read end of the log: from then on that is the node's to read.
enum class report_kind : std::uint32_t {
  running,
  failed,
  exited,
  signaled,
  emptied, ///< After one of the two before it: what had outlived the server is dead, too.
};
struct init_report {
  report_kind kind = report_kind::failed;
  step failed = step::none;
  std::int32_t value = 0;      ///< errno, exit code or signal number.
  std::uint32_t files_max = 0; ///< RLIMIT_NOFILE in force where it is less than asked; else 0.
  std::int32_t pid = 0;        ///< `running`: the server's, in the init's namespace. `failed` of an
                               ///< isolation: the number of the order, from 0.
  std::uint32_t core_dumped = 0; ///< `signaled`: 1 where a core was written.
  /// 1: nothing of the tree is left but its init, which is about to end. Said from inside a PID
  /// namespace alone, where all that lose their parent become the init's children: it has none.
  std::uint32_t empty = 0;
  std::int64_t user_us = 0;       ///< With `empty`: what the whole tree has used. Microseconds,
  std::int64_t system_us = 0;     ///< the largest resident set of one process, and page faults that
  std::int64_t memory_max_kb = 0; ///< had to wait for a disk.
  std::int64_t major_faults = 0;
};

/// node -> a spare init, as the first that it hears over the control socket: what it is to start,
/// with the descriptors of a request that is not kept, but for the control socket.
struct start_order {
  std::uint32_t joins = 0;
  std::uint32_t homes = 0;
};

/// node -> init over the control socket. Its end of file means that the node is dead. Inside a
/// namespace an init whose tree is not kept does not wake for an order: it hears those that wait at
/// each end of a child, so before it acts on the server's, and when the node rings.
struct init_order {
  std::int32_t signal = 0; ///< For every process of the tree but its init; or:
};
/// Added to the signal: the server has it already, from the node itself.
inline constexpr std::int32_t others_only = 1 << 16;
/// The signal by which the node rings.
inline constexpr int bell = SIGUSR1;
/// The node has written down where it finds a tree that is to outlive it. Before this the init has
/// started nothing, and ends with the node.
inline constexpr std::int32_t go_order = -1;

/// How long an init whose tree is empty waits for the node to close its control socket, before it
/// ends by itself.
inline constexpr int way_ms_max = 1'000;

/// The file of `away_fd`: this head, and from `away_ring_at` on the last `away_bytes_max` bytes of
/// the log, the byte number n (counted from the node's end) at n modulo that.
struct away_head {
  std::uint64_t written = 0;
};
inline constexpr std::size_t away_ring_at = 4096;
inline constexpr std::size_t away_bytes_max = 4U << 20U;

/// The head of a serialised plan. After it come, each ended by a NUL: cwd, argv, environment,
/// orders.
struct plan_head {
  static constexpr std::uint32_t magic_value = 0x4e4c5002;
  std::uint32_t magic = magic_value;
  std::uint32_t files_max = 0; ///< RLIMIT_NOFILE; 0 = as inherited.
  std::uint32_t arguments = 0;
  std::uint32_t variables = 0;
  std::uint32_t own_cwd = 0;  ///< 1: a missing cwd is made, with the mode 0700.
  std::uint32_t may_gain = 0; ///< 1: without no_new_privs.
  std::uint32_t orders = 0;   ///< Of how it is isolated (isolation_orders.hpp).
};

/// A plan over this is refused: the kernel would refuse its execve as well.
inline constexpr std::size_t plan_bytes_max = 4U << 20U;

} // namespace toolscore::spawner
