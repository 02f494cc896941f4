#pragma once
#include "gateway/http_types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// Told when the client of a request in flight has gone.
class gone_watcher {
public:
  gone_watcher() = default;
  gone_watcher(const gone_watcher&) = delete;
  gone_watcher& operator=(const gone_watcher&) = delete;
  virtual ~gone_watcher() = default;
  virtual void on_gone() = 0;
};

/// One client connection as the answers see it: session_io implements it, tests fake it. A turn
/// is the number of one request on it; what is written for a turn that is over is swallowed, so
/// that whoever answers late can do no harm. Used on the loop's thread only.
class client_connection {
public:
  client_connection() = default;
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;
  virtual ~client_connection() = default;

  /// The whole answer; the turn is over.
  virtual void answer(std::uint64_t turn, outbound_answer x) = 0;
  /// Begins an answer whose parts follow, `first` being one. `headers` as in outbound_answer.
  virtual void begin_stream(std::uint64_t turn, std::string_view content_type,
                            std::string_view headers, std::string_view first) = 0;
  virtual void stream(std::uint64_t turn, std::string_view text) = 0;
  /// The last part and the end of the stream; the turn is over.
  virtual void end_stream(std::uint64_t turn, std::string_view last) = 0;
  /// Bytes of answers that the client has not taken yet.
  virtual std::size_t unsent() const = 0;
  /// Ends the connection, whatever it still owes: its client takes too little. The watcher is told.
  virtual void cut_off(std::uint64_t turn) = 0;
  /// At most one watcher a turn; null takes it away.
  virtual void watch(std::uint64_t turn, gone_watcher* watcher) = 0;
  /// True when the client has gone or the turn is over.
  virtual bool is_over(std::uint64_t turn) const = 0;
};

} // namespace toolscore
