#include "runners/probe_io.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace toolscore {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using failed_code = boost::system::error_code;

constexpr std::size_t header_bytes_max = 8 * 1024;
constexpr std::size_t answer_bytes_max = 16 * 1024;

/// One probe; every step keeps it, and what comes after its end is passed over.
class probe_run : public std::enable_shared_from_this<probe_run> {
public:
  probe_run(boost::asio::io_context& io, probe_target target, std::function<void(std::string)> then)
      : target_(std::move(target)), then_(std::move(then)), stream_(io), deadline_(io),
        buffer_(answer_bytes_max) {}

  void begin() {
    deadline_.expires_after(target_.timeout);
    deadline_.async_wait([self = shared_from_this()](failed_code failed) {
      if (!failed)
        self->finish("no answer within " + std::to_string(self->target_.timeout.count()) + " ms");
    });
    connect(0);
  }
  void abandon() {
    then_ = nullptr;
    finish({});
  }

private:
  void connect(std::size_t which) {
    const std::array<boost::asio::ip::address, 2> loopbacks{
        boost::asio::ip::address_v4::loopback(), boost::asio::ip::address_v6::loopback()};
    stream_.async_connect(tcp::endpoint(loopbacks[which], target_.port),
                          [self = shared_from_this(), which](failed_code failed) {
                            if (self->over_) return;
                            if (!failed) return self->ask();
                            if (which == 0) {
                              failed_code ignored;
                              self->stream_.socket().close(ignored);
                              self->first_failure_ = failed.message();
                              return self->connect(1);
                            }
                            // Of a host without IPv6 the first address tells more.
                            self->finish(self->first_failure_);
                          });
  }

  void ask() {
    switch (target_.kind) {
    case ready_kind::http:
      return ask_http();
    case ready_kind::ws:
      return open_websocket();
    default:
      return finish({});
    }
  }

  std::string host() const { return "localhost:" + std::to_string(target_.port); }

  void ask_http() {
    request_ = {http::verb::get, target_.path, 11};
    request_.set(http::field::host, host());
    request_.set(http::field::user_agent, "toolscore-probe");
    request_.set(http::field::connection, "close");
    http::async_write(stream_, request_, [self = shared_from_this()](failed_code failed, auto) {
      if (self->over_) return;
      if (failed) return self->finish(failed.message());
      self->read_http();
    });
  }

  void read_http() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    // It is not read, however long it would be; Boost 1.74 takes no limit for one of nothing.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    http::async_read_header(
        stream_, buffer_, *parser_, [self = shared_from_this()](failed_code failed, auto) {
          if (self->over_) return;
          if (failed) return self->finish("no HTTP answer: " + failed.message());
          const auto status = self->parser_->get().result_int();
          self->finish(status >= 200 && status < 400 ? "" : "HTTP " + std::to_string(status));
        });
  }

  void open_websocket() {
    socket_.emplace(stream_);
    socket_->read_message_max(answer_bytes_max);
    socket_->async_handshake(host(), target_.path, [self = shared_from_this()](failed_code failed) {
      if (self->over_) return;
      self->finish(failed ? "no WebSocket: " + failed.message() : "");
    });
  }

  void finish(std::string failure) {
    if (std::exchange(over_, true)) return;
    deadline_.cancel();
    failed_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.socket().close(ignored);
    if (const auto then = std::exchange(then_, nullptr)) then(std::move(failure));
  }

  probe_target target_;
  std::function<void(std::string)> then_;
  beast::basic_stream<tcp> stream_;
  boost::asio::steady_timer deadline_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  std::optional<http::response_parser<http::empty_body>> parser_;
  std::optional<beast::websocket::stream<beast::basic_stream<tcp>&>> socket_;
  std::string first_failure_;
  bool over_ = false;
};

} // namespace

std::shared_ptr<void> begin_probe(boost::asio::io_context& io, const probe_target& target,
                                  std::function<void(std::string)> then) {
  auto run = std::make_shared<probe_run>(io, target, std::move(then));
  run->begin();
  // The run lives as long as a step of it is out; this ends it before that.
  return {run.get(), [run](void*) { run->abandon(); }};
}

} // namespace toolscore
