#pragma once
#include "runners/http_stream_io.hpp"

#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// A WebSocket's client side, in clear or in TLS. One read, one write and one close may be out at a
/// time; what is out keeps nothing alive but what its callback holds.
class websocket_stream {
public:
  using error_code = boost::system::error_code;
  using response = boost::beast::websocket::response_type;
  using read_done = std::function<void(error_code, std::size_t)>;

  virtual ~websocket_stream() = default;
  /// `headers` join the request. `on_close` is called once the other side has said its close,
  /// however long it keeps its connection then.
  virtual void open(response& answer, const std::string& host, const std::string& target,
                    std::vector<std::pair<std::string, std::string>> headers,
                    std::chrono::milliseconds limit, std::function<void()> on_close,
                    std::function<void(error_code)> then) = 0;
  /// Some of a message, behind what is in `into`.
  virtual void read_some(boost::beast::flat_buffer& into, std::size_t bytes_max,
                         read_done then) = 0;
  virtual bool message_done() const = 0;
  virtual bool got_text() const = 0;
  virtual void write(boost::asio::const_buffer text, std::function<void(error_code)> then) = 0;
  virtual void close(boost::beast::websocket::close_reason why,
                     std::function<void(error_code)> then) = 0;
  virtual boost::beast::websocket::close_reason closed_for() const = 0;
};

/// Over `connection`, which outlives it.
std::unique_ptr<websocket_stream> open_websocket_on(http_stream& connection);

} // namespace toolscore
