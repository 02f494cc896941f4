#include "runners/websocket_stream_io.hpp"

namespace toolscore {
namespace {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;

template <class Next>
class stream_over final : public websocket_stream {
public:
  explicit stream_over(Next& next) : stream_(next) {
    stream_.read_message_max(0); // Who reads some of a message at a time has a limit of his own.
    stream_.text(true);
    stream_.auto_fragment(false); // Peers are simple: a message is a frame.
  }

  void open(response& answer, const std::string& host, const std::string& target,
            std::vector<std::pair<std::string, std::string>> headers,
            std::chrono::milliseconds limit, std::function<void()> on_close,
            std::function<void(error_code)> then) override {
    stream_.control_callback([this, on_close = std::move(on_close)](websocket::frame_type kind,
                                                                    boost::beast::string_view) {
      // Not from inside: what is told may be the end of this.
      if (kind == websocket::frame_type::close) boost::asio::post(stream_.get_executor(), on_close);
    });
    websocket::stream_base::timeout times{};
    times.handshake_timeout = limit;
    // A pause of ours is no silence of its: TCP notices who has gone, MCP's pings who hangs.
    times.idle_timeout = websocket::stream_base::none();
    times.keep_alive_pings = false;
    stream_.set_option(times);
    stream_.set_option(websocket::stream_base::decorator(
        [headers = std::move(headers)](websocket::request_type& request) {
          for (const auto& [name, value] : headers) request.set(name, value);
        }));
    stream_.async_handshake(answer, host, target,
                            [then = std::move(then)](error_code failed) { then(failed); });
  }
  void read_some(boost::beast::flat_buffer& into, std::size_t bytes_max, read_done then) override {
    stream_.async_read_some(
        into, bytes_max,
        [then = std::move(then)](error_code failed, std::size_t size) { then(failed, size); });
  }
  bool message_done() const override { return stream_.is_message_done(); }
  bool got_text() const override { return stream_.got_text(); }
  void write(boost::asio::const_buffer text, std::function<void(error_code)> then) override {
    stream_.async_write(text,
                        [then = std::move(then)](error_code failed, std::size_t) { then(failed); });
  }
  void close(websocket::close_reason why, std::function<void(error_code)> then) override {
    stream_.async_close(why, [then = std::move(then)](error_code failed) { then(failed); });
  }
  websocket::close_reason closed_for() const override { return stream_.reason(); }

private:
  /// Without compression: it costs more than loopback does, and memory for each connection.
  websocket::stream<Next&, false> stream_;
};

} // namespace

std::unique_ptr<websocket_stream> open_websocket_on(http_stream& connection) {
  std::unique_ptr<websocket_stream> made;
  connection.with([&](auto& next) {
    made = std::make_unique<stream_over<std::remove_reference_t<decltype(next)>>>(next);
  });
  return made;
}

} // namespace toolscore
