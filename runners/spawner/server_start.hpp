#pragma once
#include "runners/spawner/namespaces.hpp"
#include "runners/spawner/plan_reader.hpp"

#include <sys/types.h>

namespace toolscore::spawner {

/// What the init gives the server, and where the server's start leaves its result: they share
/// their memory until the exec.
struct server_start {
  const mapped_plan* plan = nullptr;
  int input = -1;
  int output = -1;
  int errors = -1;
  const int* join_fds = nullptr; ///< The files of v1 cgroups to be written to.
  std::size_t joins = 0;
  int home = -1;                 ///< The v2 cgroup to be born in, or to be moved into.
  bool dies_with_parent = false; ///< Only where no PID namespace sees to it.
  bool born_there = false;       ///< In `home`; set by the start.
  failure failed;
  std::uint32_t order = 0;     ///< At which an isolation failed.
  std::uint32_t files_max = 0; ///< In force, where it is less than the plan asks; else 0.
};

/// Starts the server as the caller's child and returns when it has been exec'd or could not be.
/// @returns its pid in the caller's namespace, -1 when it could not even be forked
pid_t start_server(server_start& start);

} // namespace toolscore::spawner
