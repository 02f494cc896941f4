#pragma once
#include <cstddef>

namespace toolscore::spawner {

/// As clone() with CLONE_VM | CLONE_VFORK | SIGCHLD, but the child is born in the v2 cgroup whose
/// directory `cgroup` is. A move there would hold up every fork and exit of the host, and the start
/// with them, for some 13 ms. `entry` must not return.
/// @returns the child's pid; -errno where there is none: ENOSYS from a sandbox that refuses clone3,
///          whose flags it cannot read, and on machines for which it is not written
long clone_into(int cgroup, int (*entry)(void*), void* stack, std::size_t stack_bytes,
                void* argument);

} // namespace toolscore::spawner
