#pragma once
#include "messages/envelope.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace toolscore {

/// What a link tells its owner, on the loop's thread.
struct link_events {
  /// JSON-RPC messages that came together, each without its newline, in their order.
  std::function<void(std::vector<bytes> lines)> on_lines;
  std::function<void(std::string quoted)>
      on_garbage; ///< A line that is no JSON object: its start, escaped.
  /// A line over the limit, which is skipped to its end: the first bytes of it, as they came.
  std::function<void(std::string start, std::size_t bytes_max)> on_overlong;
  std::function<void(std::string reason)> on_overflow; ///< The write queue is full.
  std::function<void()> on_closed;                     ///< The server closed its side.
  /// Of links that carry each request by itself: no answer to this one will come. The id is raw.
  std::function<void(std::string id, error why)> on_unanswered;
  /// Of links that have a connection of their own: the server cannot be spoken to any more. The
  /// last word.
  std::function<void(std::string reason)> on_lost;
  /// In the place of on_lost: it has to be logged in to first.
  std::function<void(std::string reason)> on_login_needed;
};

/// The wire to one instance. Knows no CAF; used on the loop's thread.
class link {
public:
  link() = default;
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  virtual ~link() = default;

  /// Queues one message (no newline inside); writes of one turn are gathered.
  /// @returns its number: lines count up from 1. A line that is dropped has one too.
  virtual std::uint64_t send(bytes line) = 0;
  /// The number of the last line of which at least one byte has left us. A line over it was never
  /// seen by the server, and once the link has ended never will be.
  virtual std::uint64_t lines_begun() const = 0;
  /// Closes the server's input after what is queued: the portable request to end.
  virtual void close_input() = 0;
  virtual std::size_t queued_bytes() const = 0;
};

} // namespace toolscore
