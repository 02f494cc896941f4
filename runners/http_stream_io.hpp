#pragma once
#include "loop/asio.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace toolscore {

/// One connection to a server, in clear or in TLS, with what it reads into. Kept from one exchange
/// to the next.
struct http_stream {
  explicit http_stream(boost::asio::io_context& io) : tcp(io) {}

  boost::beast::tcp_stream tcp;
  std::shared_ptr<boost::asio::ssl::context> trust; ///< Outlives `tls`.
  std::unique_ptr<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls;
  boost::beast::flat_buffer read_ahead;
  std::array<char, std::size_t{16} << 10U> part;
  std::chrono::steady_clock::time_point idle_since;
  bool kept = false; ///< It has carried an exchange before.
  /// It ends at a proxy, to which targets are named whole: "http://example.org:80". Else empty.
  std::string before_target;
  std::string proxy_authorization; ///< Of such a proxy; empty = it asks for none.

  /// Calls `work` with what is read from and written to.
  template <class Work>
  void with(Work&& work) {
    if (tls)
      work(*tls);
    else
      work(tcp);
  }
};

} // namespace toolscore
