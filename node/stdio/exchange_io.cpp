#include "node/stdio/exchange_io.hpp"

#include "gateway/tls_client_io.hpp"
#include "node/http_wire_io.hpp"

#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <limits>
#include <optional>
#include <sys/un.h>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

using plain_stream = beast::basic_stream<asio::generic::stream_protocol>;

class exchange final : public node_exchange, public std::enable_shared_from_this<exchange> {
public:
  exchange(asio::io_context& loop, const node_place& node, const http_request& request,
           exchange_events events, const exchange_limits& limits)
      : stream_(loop), node_(node), events_(std::move(events)), limits_(limits),
        request_(to_wire(node.address, request)), reader_(limits.body_bytes_max) {
    // What is kept is bounded below; a stream has no end. Boost 1.74 takes none at all for zero.
    parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  void connect() {
    if (at_ == node_.endpoints.size())
      return end(exchange_end::how::unreachable, why_not_.empty() ? node_.failure : why_not_);
    stream_.expires_after(limits_.connect);
    stream_.async_connect(node_.endpoints[at_++], [self = shared_from_this()](error_code failure) {
      if (self->closed_) return;
      if (!failure) return self->node_.trusted ? self->shake_hands() : self->write();
      self->why_not_ =
          failure == beast::error::timeout ? "no connection in time" : failure.message();
      self->connect();
    });
  }

  void close() override {
    closed_ = true;
    events_ = {};
    stream_.close();
  }

private:
  void shake_hands() {
    secured_.emplace(stream_, *node_.trusted);
    if (!expect_peer(secured_->native_handle(), node_.address.host))
      return end(exchange_end::how::unreachable, "no such host name");
    secured_->async_handshake(
        asio::ssl::stream_base::client, [self = shared_from_this()](error_code failure) {
          if (self->closed_) return;
          if (!failure) return self->write();
          self->end(exchange_end::how::unreachable, no_tls_text(self->node_.address, failure));
        });
  }

  /// With the stream as it is read and written.
  template <class Work>
  void on_stream(Work work) {
    if (secured_)
      work(*secured_);
    else
      work(stream_);
  }

  void write() {
    stream_.expires_after(limits_.head);
    on_stream([this](auto& stream) {
      http::async_write(stream, request_, [self = shared_from_this()](error_code, std::size_t) {
        // A node may answer and close before it has read a body that it refuses: read in any case.
        if (!self->closed_) self->read_head();
      });
    });
  }

  void read_head() {
    on_stream([this](auto& stream) {
      http::async_read_header(stream, buffer_, parser_,
                              [self = shared_from_this()](error_code failure, std::size_t) {
                                if (self->closed_) return;
                                if (failure) return self->broke(failure);
                                self->take_head();
                              });
    });
  }

  void take_head() {
    const auto& head = parser_.get();
    end_.status = static_cast<int>(head.result_int());
    const auto session = head["Mcp-Session-Id"];
    end_.session = std::string(session.data(), session.size());
    // Not eagerly: that waits for the chunk behind the one that is there.
    parser_.eager(false);
    end_.streamed = head[http::field::content_type].starts_with("text/event-stream");
    read_on();
  }

  void read_on() {
    if (closed_) return;
    if (parser_.is_done()) return end(exchange_end::how::whole, {});
    if (events_.may_read && !events_.may_read([self = shared_from_this()] { self->read_on(); }))
      return;
    parser_.get().body().data = part_.data();
    parser_.get().body().size = part_.size();
    stream_.expires_after(limits_.silence);
    on_stream([this](auto& stream) {
      http::async_read_some(stream, buffer_, parser_,
                            [self = shared_from_this()](error_code failure, std::size_t) {
                              if (!self->closed_) self->take_part(failure);
                            });
    });
  }

  void take_part(error_code failure) {
    const std::size_t count = part_.size() - parser_.get().body().size;
    if (!take({part_.data(), count})) return;
    if (failure && failure != http::error::need_buffer) return broke(failure);
    read_on();
  }

  /// @returns false if it is over with that
  bool take(std::string_view part) {
    const auto self = shared_from_this(); // An event's receiver may close it.
    if (!end_.streamed) {
      if (end_.body.size() + part.size() <= limits_.body_bytes_max) {
        end_.body.append(part);
        return true;
      }
    } else {
      std::vector<mcp::stream_event> events;
      const bool good = reader_.feed(part, events);
      for (auto& event : events) {
        if (closed_) return false;
        // Copied: its receiver may replace all of them.
        const auto tell = events_.on_event;
        if (tell) tell(std::move(event.data));
      }
      if (closed_) return false;
      if (good) return true;
    }
    end(exchange_end::how::broken, "the node's answer is over the limit of " +
                                       std::to_string(limits_.body_bytes_max) + " bytes");
    return false;
  }

  void broke(const error_code& failure) {
    const bool late = failure == beast::error::timeout;
    end(exchange_end::how::broken,
        late ? "the node was silent for too long"
             : "the connection to the node broke before it had answered (" + failure.message() +
                   ")");
  }

  void end(exchange_end::how ended, std::string why) {
    end_.ended = ended;
    end_.why = std::move(why);
    const auto tell = std::move(events_.on_end);
    const auto self = shared_from_this();
    close();
    if (tell) tell(std::move(end_));
  }

  plain_stream stream_;
  std::optional<beast::ssl_stream<plain_stream&>> secured_; ///< Over it, where TLS is spoken.
  const node_place& node_;
  std::size_t at_ = 0;
  std::string why_not_;
  exchange_events events_;
  exchange_limits limits_;
  http::request<http::string_body> request_;
  http::response_parser<http::buffer_body> parser_;
  beast::flat_buffer buffer_;
  std::array<char, std::size_t{16} << 10U> part_{};
  mcp::event_reader reader_;
  exchange_end end_;
  bool closed_ = false;
};

} // namespace

node_place place_of(http_address node) {
  node_place out;
  out.address = std::move(node);
  out.failure = "no such host";
  const auto& to = out.address;
  if (!to.socket_path.empty()) {
    if (to.socket_path.size() < sizeof(sockaddr_un::sun_path))
      out.endpoints.emplace_back(asio::local::stream_protocol::endpoint(to.socket_path));
    return out;
  }
  if (to.tls) {
    auto trusted = trusting(to.authorities);
    if (!trusted) {
      out.failure = trusted.failure().detail;
      return out;
    }
    out.trusted = std::move(*trusted);
  }
  asio::io_context loop;
  asio::ip::tcp::resolver resolver(loop);
  error_code failure;
  for (const auto& found : resolver.resolve(to.host, to.port, failure))
    out.endpoints.emplace_back(found.endpoint());
  return out;
}

std::shared_ptr<node_exchange> node_exchange::start(asio::io_context& loop, const node_place& node,
                                                    const http_request& request,
                                                    exchange_events events,
                                                    const exchange_limits& limits) {
  auto one = std::make_shared<exchange>(loop, node, request, std::move(events), limits);
  one->connect();
  return one;
}

} // namespace toolscore
