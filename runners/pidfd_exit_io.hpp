#pragma once
#include "messages/launch_plan.hpp"
#include "runners/leftover.hpp"

namespace toolscore {

/// How a process ended that is not a child of ours, which waitid() does not tell: while nobody has
/// reaped it by /proc, afterwards by its pidfd on a kernel that keeps it (6.15 and later).
/// `process_exit::unknown` where neither does.
process_exit exit_of_stranger(int pidfd, const process_mark& mark);

} // namespace toolscore
