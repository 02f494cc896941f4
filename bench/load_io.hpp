#pragma once
#include "bench/call_text.hpp"
#include "bench/histogram.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>

namespace toolscore {

/// A closed loop: each connection sends its next call when the answer to its last one is checked.
struct load_options {
  endpoint_address at;
  era spoken = era::legacy;
  std::size_t connections = 1;
  std::uint64_t calls = 0;               ///< Stop after this many; 0: stop by time.
  std::chrono::milliseconds duration{0}; ///< Measured time, if `calls` is 0.
  std::chrono::milliseconds warm_up{0};  ///< Called the same way in front of it, but not counted.
  std::size_t text_bytes = 64;
  /// Not 0: so many bytes are a call and so many its answer, with no handshake and no check.
  std::size_t raw_request_bytes = 0;
  std::size_t raw_answer_bytes = 0;
  std::chrono::milliseconds stall_max{15000}; ///< No answer at all for so long fails the run.
};

struct load_figures {
  std::uint64_t calls = 0;
  std::chrono::nanoseconds elapsed{0};
  latency_histogram latency;
  /// Of the last call: what a raw ping-pong of the same sizes must carry.
  std::size_t request_bytes = 0;
  std::size_t request_body_bytes = 0;
  std::size_t answer_bytes = 0;
  std::size_t answer_body_bytes = 0;
};

/// Opens the connections, shakes hands on each, runs the loop on the calling thread and checks
/// every answer. Blocks for warm-up and duration.
/// @error io_failed   a connection failed, ended or stalled
/// @error bad_answer  an answer was not the one to its call; the detail has its beginning
/// @error cancelled   a signal came in the meantime
result<load_figures> run_load(const load_options& options);

/// One HTTP exchange on a connection of its own, for readiness and the like.
/// @error io_failed, bad_answer
result<http_answer> exchange_once(const endpoint_address& at, std::string_view request,
                                  std::string& received, std::chrono::milliseconds wait);

} // namespace toolscore
