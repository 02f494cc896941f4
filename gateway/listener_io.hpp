#pragma once
#include "gateway/http_types.hpp"
#include "gateway/socket_io.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Accepts connections at one address and hands them on. When the node has no descriptor left it
/// waits and tries again, so that the loop does not spin.
class listener {
public:
  using accepted = std::function<void(stream_socket, peer_info)>;

  /// `host` is an IP address or "localhost"; port 0 = any that is free, see port().
  /// @error bad_config  no such address
  /// @error io_failed   bind or listen failed; the detail has errno in words
  static result<std::unique_ptr<listener>>
  on_tcp(boost::asio::io_context& io, const std::string& host, std::uint16_t port, accepted then);
  /// A socket of mode 0600 at `path`; one that a dead node left there is replaced. A peer is owner
  /// when its uid is ours or 0.
  /// @error already_exists  somebody listens there
  /// @error io_failed       the path is too long, or bind or listen failed
  static result<std::unique_ptr<listener>> on_unix(boost::asio::io_context& io,
                                                   const std::string& path, accepted then);
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener();

  void start();
  /// Closes the socket and takes away the file of a unix socket. Idempotent.
  void stop();
  std::uint16_t port() const noexcept { return port_; }

private:
  using acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol,
                                                      boost::asio::io_context::executor_type>;
  listener(boost::asio::io_context& io, accepted then);
  result<done> open(const boost::asio::generic::stream_protocol::endpoint& at, int protocol,
                    const std::string& shown);
  void accept();
  void on_accepted(stream_socket socket);

  boost::asio::io_context& io_;
  accepted then_;
  acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::string path_; ///< Of a unix socket; empty for TCP.
  std::uint16_t port_ = 0;
};

} // namespace toolscore
