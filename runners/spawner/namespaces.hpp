#pragma once
#include "runners/spawner/protocol.hpp"

#include <sys/types.h>

namespace toolscore::spawner {

/// clone without a new stack: like fork, but with `flags`. Returns twice; -errno on failure.
long fork_with(unsigned long flags, int* pidfd);

/// The clone flags that give a child `held`.
unsigned long namespace_flags(hold held);

struct failure {
  step at = step::none;
  int error = 0;
  explicit operator bool() const { return at != step::none; }
};

/// Run by the child right after the clone: ids, mounts and /proc of its new namespaces.
/// @param uid,gid  the effective ids before the clone
failure enter_namespaces(hold held, uid_t uid, gid_t gid);

/// What the host gives, found once by trying, and why it is not more.
struct host_strength {
  hold best = hold::sweep;
  failure why_not_stronger;
};
host_strength probe_host();

} // namespace toolscore::spawner
