#pragma once
#include "messages/error.hpp"
#include "node/http_message.hpp"

#include <chrono>
#include <cstddef>

namespace toolscore {

struct http_limits {
  std::chrono::milliseconds connect_timeout{5'000};
  std::size_t header_bytes_max = 64u << 10;
  std::size_t body_bytes_max = 64u << 20;
};

/// Sends one request on a connection of its own and waits for the whole answer. Blocks; any thread.
/// A reply of any status is a success here.
/// @error server_gone    nobody accepts connections there: no node runs
/// @error call_timed_out connected, but no whole answer within `request.timeout`
/// @error too_large      the answer is over a limit
/// @error io_failed      the connection broke, or what came is no HTTP
result<http_reply> send_http(const http_address& to, const http_request& request,
                             const http_limits& limits = {});

/// Blocks for a while, as a follower does between two questions.
void pause_for(std::chrono::milliseconds time);

} // namespace toolscore
