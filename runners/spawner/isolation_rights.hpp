#pragma once
#include <cstdint>

namespace toolscore::spawner {

/// Of Landlock's interface; 0 = the host has none.
std::uint32_t landlock_version();

/// Whether the kernel takes a filter of system calls.
bool can_filter_calls();

/// From now on what can change the host, or look into others, is refused with EPERM: mounts,
/// namespaces, tracing, modules, bpf, keys, clocks and the like; the numbers are the machine's.
/// @returns 0 or an errno; ENOSYS on a machine for which it is not written
int filter_calls();

} // namespace toolscore::spawner
