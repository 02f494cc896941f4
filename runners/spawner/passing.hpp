#pragma once
#include "runners/spawner/protocol.hpp"

namespace toolscore::spawner {

/// The descriptors that came with a packet.
struct passed {
  int fds[passed_fds_max];
  std::size_t count = 0;
};

enum class packet { whole, maimed, none };

/// Waits for the next packet. Maimed is one of another size, or of which something was cut off;
/// none comes any more once the other end is closed.
packet receive(int socket, void* into, std::size_t size, passed& with);

void close_all(passed& what);

} // namespace toolscore::spawner
