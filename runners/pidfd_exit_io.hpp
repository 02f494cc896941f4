#pragma once
#include "messages/launch_plan.hpp"
#include "runners/leftover.hpp"

namespace toolscore {

/// How a process ended that is not a child of ours, which waitid() does not tell: while nobody has
/// reaped it by /proc, afterwards by its pidfd on a kernel that keeps it (6.15 and later).
/// `process_exit::unknown` where neither does.
process_exit exit_of_stranger(int pidfd, const process_mark& mark);

/// A pidfd of the process `pid`, if that is a child of `parent`, whose pid cannot have been given
/// to another. Whoever has been given `pid` meanwhile is of another parent, or of the same tree.
/// @returns the caller's, close-on-exec; -1 where it is not, or where the kernel does not tell
///          (before 6.13)
int open_child_of(std::int64_t parent, std::int64_t pid);

} // namespace toolscore
