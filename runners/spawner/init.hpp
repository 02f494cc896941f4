#pragma once
#include "runners/spawner/protocol.hpp"

#include <sys/types.h>

namespace toolscore::spawner {

/// Everything an init gets from the spawner it was forked from.
struct init_start {
  hold held = hold::sweep;
  uid_t uid = 0; ///< Effective ids before the clone.
  gid_t gid = 0;
  int fds[request_fds] = {-1, -1, -1, -1, -1};
  std::size_t joins = 0; ///< How many of:
  int join_fds[joins_max] = {-1, -1, -1};
  int home = -1;      ///< The v2 cgroup that the server is to be born in.
  bool keeps = false; ///< It outlives the node, with:
  int keep[keep_fds] = {-1, -1, -1};
  bool spare = false; ///< All but the control socket comes later, over that.
  int last_pid = -1; ///< Reads as the last pid given in the reader's namespace; -1 = not to be had.
};

/// Those of a request or an order, in its sequence.
void take_cgroups(init_start& start, std::size_t joins, std::size_t homes, const int* fds);

/// The life of an init: starts the server, reports, reaps, forwards signals, and ends with the
/// server or, unless it is kept, with the node; its end is that of the whole namespace.
[[noreturn]] void run_init(init_start& start);

} // namespace toolscore::spawner
