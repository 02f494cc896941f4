#pragma once
#include "bench/descriptor_io.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// The two pipes of a server that the floor or the ping-pong started; it ends when they close.
/// Never reaped while its owner lives: the owner ends when the server does.
struct stdio_child {
  owned_fd to;   ///< Its stdin, blocking.
  owned_fd from; ///< Its stdout, blocking.
};

/// From now on SIGTERM and SIGINT kill and reap the server and then end this process, so that
/// neither a server nor a zombie outlives it.
/// @error spawn_failed, io_failed
result<stdio_child> start_stdio_child(const std::vector<std::string>& command);

} // namespace toolscore
