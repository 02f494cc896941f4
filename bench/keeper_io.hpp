#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// The floor of supervision: one thread, pidfds in an epoll, posix_spawn. It starts `count`
/// children, starts each that dies again at once, and does nothing else: no store, no events, no
/// limits, no log, no pipes, no trees. SIGTERM ends all children at once and SIGUSR1 one after the
/// other, the last first, each one's end awaited; then it returns. Blocks both signals.
/// @param command  of the children; each gets its number, from 0, as its last argument
/// @returns an exit code
int run_keeper(std::size_t count, std::vector<std::string> command);

} // namespace toolscore
