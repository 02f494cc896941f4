#pragma once
#include "gateway/http_types.hpp"
#include "gateway/socket_io.hpp"
#include "gateway/tls_context_io.hpp"
#include "loop/ready_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace toolscore {

class tls_session;

struct tls_limits {
  std::size_t connections_max = 8'192;
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds linger{2'000}; ///< For a client to read the end of its answer.
};

struct tls_counters {
  std::uint64_t handshakes = 0;
  std::uint64_t failed = 0;  ///< Handshakes that did not come to their end.
  std::uint64_t refused = 0; ///< Over connections_max.
};

/// Ends TLS in front of the sessions: each client's connection has a socket pair behind it, whose
/// other end is served like any plain connection. So TLS costs a copy and those who speak none
/// nothing, and every limit, time and upgrade of plain connections holds. On the loop's thread.
class tls_front {
public:
  using opened = std::function<void(stream_socket plain, peer_info)>;
  /// `then` takes the plain end of each connection whose handshake is done.
  tls_front(boost::asio::io_context& io, tls_context context, opened then, tls_limits limits = {});
  tls_front(const tls_front&) = delete;
  tls_front& operator=(const tls_front&) = delete;
  ~tls_front();

  void serve(stream_socket socket, peer_info peer);
  /// New connections are served with this one.
  void replace(tls_context context) { context_ = std::move(context); }
  std::size_t size() const noexcept { return sessions_.size(); }
  /// Lets what has been answered reach its clients, within `patience`; then calls `then`.
  void close(std::chrono::milliseconds patience, std::function<void()> then);
  tls_counters counters;

  // For sessions only.
  void leave(tls_session& session);
  ready_set& sockets() noexcept { return sockets_; }
  boost::asio::io_context& io() noexcept { return io_; }
  const tls_limits& limits() const noexcept { return limits_; }
  bool closing() const noexcept { return closing_; }
  void hand_over(stream_socket plain, peer_info peer) { then_(std::move(plain), std::move(peer)); }

private:
  void finish_closing();

  boost::asio::io_context& io_;
  tls_context context_;
  opened then_;
  tls_limits limits_;
  ready_set sockets_;
  std::vector<std::shared_ptr<tls_session>> sessions_;
  boost::asio::steady_timer timer_;
  bool closing_ = false;
  std::function<void()> closed_;
};

} // namespace toolscore
