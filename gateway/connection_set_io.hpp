#pragma once
#include "gateway/http_types.hpp"
#include "gateway/request_reader_io.hpp"
#include "gateway/socket_io.hpp"
#include "loop/ready_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace toolscore {

class client_connection;
class http_session;

struct connection_limits {
  reader_limits reader;
  std::size_t connections_max = 8'192;
  std::chrono::milliseconds idle{120'000};  ///< Between two requests.
  std::chrono::milliseconds header{10'000}; ///< From a request's first byte to the end of its head.
  std::chrono::milliseconds body{60'000};   ///< From there to the end of its body.
  std::chrono::milliseconds write{60'000};  ///< Without the client taking one byte of its answer.
  std::chrono::milliseconds linger{2'000};  ///< For a client to read a refusal before the end.
};

/// What is to be done with a request whose head is complete.
struct head_verdict {
  enum class kind : std::uint8_t { proceed, refuse, upgrade };
  kind what = kind::proceed;
  outbound_answer refusal;
};

/// What stands behind the connections. All on the loop's thread; outlives the connection_set.
class request_handler {
public:
  request_handler() = default;
  request_handler(const request_handler&) = delete;
  request_handler& operator=(const request_handler&) = delete;
  virtual ~request_handler() = default;
  /// Judges a head before the body is read; may fill in `who` and `where`.
  virtual head_verdict on_head(inbound_request& request) = 0;
  /// Answers a complete request: exactly one answer or stream for `turn`, now or later.
  virtual void on_request(inbound_request& request,
                          const std::shared_ptr<client_connection>& connection,
                          std::uint64_t turn) = 0;
  /// Takes over the socket of a request that is to be upgraded.
  virtual void on_upgrade(inbound_request& request, stream_socket socket) = 0;
};

struct connection_counters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0; ///< Over connections_max.
  std::uint64_t requests = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t abandoned = 0;
};

/// All HTTP connections, and the one timer for all their deadlines: it sleeps until the next one,
/// so that idle connections cost no wake-ups.
class connection_set {
public:
  connection_set(boost::asio::io_context& io, request_handler& handler, connection_limits limits);
  connection_set(const connection_set&) = delete;
  connection_set& operator=(const connection_set&) = delete;
  ~connection_set();

  /// Serves `socket` from now on; answers 503 and closes it when there are too many.
  void open(stream_socket socket, peer_info peer);
  std::size_t size() const noexcept { return sessions_.size(); }
  /// Ends idle connections at once and busy ones with their answer; `then` runs when none is left,
  /// after `patience` at the latest.
  void close(std::chrono::milliseconds patience, std::function<void()> then);

  // For sessions only.
  using time_point = std::chrono::steady_clock::time_point;
  void leave(http_session& session);
  void note_deadline(time_point deadline);
  request_handler& handler() noexcept { return handler_; }
  const connection_limits& limits() const noexcept { return limits_; }
  bool closing() const noexcept { return closing_; }
  ready_set& sockets() noexcept { return sockets_; }
  boost::asio::io_context& io() noexcept { return io_; }
  connection_counters counters;

private:
  void arm(time_point when);
  void sweep();
  void finish_closing();

  boost::asio::io_context& io_;
  request_handler& handler_;
  connection_limits limits_;
  ready_set sockets_;
  std::vector<std::shared_ptr<http_session>> sessions_;
  boost::asio::steady_timer timer_;
  time_point armed_ = time_point::max();
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< Timer waits hold it weakly.
  bool closing_ = false;
  std::function<void()> closed_;
  time_point closed_at_most_ = time_point::max();
};

} // namespace toolscore
