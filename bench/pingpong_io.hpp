#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

namespace toolscore {

/// How many bytes travel on each of the four hops of one round.
struct pingpong_sizes {
  std::size_t request = 0;  ///< Client to us.
  std::size_t line = 0;     ///< Us to the echo's stdin.
  std::size_t answer = 0;   ///< Echo's stdout to us.
  std::size_t response = 0; ///< Us to the client.
};

/// The floor under the floor: one client at a time, socket -> pipe -> pipe -> socket, with blocking
/// reads and writes of fixed sizes and no look at the bytes. Serves until its echo ends.
/// @param own_path  this program, started again as the echo
/// @returns the exit code
int run_pingpong(const char* own_path, std::uint16_t port, const pingpong_sizes& sizes,
                 const std::function<void(std::uint16_t)>& on_listening);

/// The other process of the ping-pong: answers each `line` bytes on stdin with `answer` bytes.
int run_echo(std::size_t line_bytes, std::size_t answer_bytes);

} // namespace toolscore
