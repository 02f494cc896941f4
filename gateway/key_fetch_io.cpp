#include "gateway/key_fetch_io.hpp"

#include "gateway/tls_client_io.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct place {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string authority; ///< As it stands in the URL.
  std::string target;
};

std::optional<place> read_place(std::string_view url) {
  place x;
  x.tls = url.starts_with("https://");
  if (!x.tls && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(x.tls ? 8 : 7);
  const auto slash = std::min(url.find('/'), url.size());
  x.authority = url.substr(0, slash);
  x.target = slash == url.size() ? "/" : std::string(url.substr(slash));
  std::string_view host = x.authority;
  std::string_view port = x.tls ? "443" : "80";
  const auto bracket = host.find(']');
  const auto colon = host.find(':', bracket == host.npos ? 0 : bracket);
  if (colon != host.npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  x.host = host;
  const auto* const port_end = port.data() + port.size();
  const auto [end, failure] = std::from_chars(port.data(), port_end, x.port);
  if (failure != std::errc{} || end != port_end || x.port == 0) return std::nullopt;
  return x;
}

/// One fetch; its pending operation keeps it alive.
class fetching : public std::enable_shared_from_this<fetching> {
  /// A handler that fails the fetch, or goes on with what the operation brought.
  template <class Then>
  auto next(Then then) {
    return [self = shared_from_this(), then](const error_code& failed, const auto& brought) {
      if (!self->then_) return;
      if (failed) return self->fail(failed.message());
      then(*self, brought);
    };
  }

public:
  fetching(asio::io_context& io, place to, fetch_limits limits,
           std::shared_ptr<asio::ssl::context> trusted,
           std::function<void(result<std::string>)> then)
      : to_(std::move(to)), then_(std::move(then)), context_(std::move(trusted)),
        stream_(io, *context_), names_(std::make_unique<name_lookup>(io, limits.ask)),
        deadline_(io) {
    deadline_.expires_after(limits.patience);
    parser_.body_limit(limits.bytes_max);
    parser_.header_limit(64u << 10);
  }

  void start() {
    deadline_.async_wait([self = shared_from_this()](const error_code& stopped) {
      if (!stopped) self->fail("no answer in time");
    });
    if (!expect_peer(stream_.native_handle(), to_.host)) return fail("no such host name");
    // Weak, for the lookup is ours; the deadline keeps us meanwhile.
    names_->find(to_.host, [weak = weak_from_this()](const result<name_lookup::addresses>& found) {
      const auto self = weak.lock();
      if (!self || !self->then_) return;
      if (!found) return self->fail(found.failure().detail);
      self->connect(*found);
    });
  }

private:
  void connect(const name_lookup::addresses& found) {
    std::vector<tcp::endpoint> places;
    for (const auto& address : found) places.emplace_back(address, to_.port);
    beast::get_lowest_layer(stream_).async_connect(
        places, next([](fetching& self, const tcp::endpoint&) { self.connected(); }));
  }
  void connected() {
    if (!to_.tls) return send();
    stream_.async_handshake(asio::ssl::stream_base::client,
                            [self = shared_from_this()](const error_code& failed) {
                              if (!self->then_) return;
                              if (failed) return self->fail(failed.message());
                              self->send();
                            });
  }
  void send() {
    request_ = {http::verb::get, to_.target, 11};
    request_.set(http::field::host, to_.authority);
    request_.set(http::field::user_agent, "toolscore");
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::connection, "close");
    const auto sent = next([](fetching& self, std::size_t) { self.read(); });
    if (to_.tls)
      http::async_write(stream_, request_, sent);
    else
      http::async_write(stream_.next_layer(), request_, sent);
  }
  /// The head alone first: read in one, the library lets an announced length over its limit pass.
  void read() {
    const auto came = next([](fetching& self, std::size_t) { self.read_body(); });
    if (to_.tls)
      http::async_read_header(stream_, buffer_, parser_, came);
    else
      http::async_read_header(stream_.next_layer(), buffer_, parser_, came);
  }
  void read_body() {
    const auto came = next([](fetching& self, std::size_t) { self.finish(); });
    if (to_.tls)
      http::async_read(stream_, buffer_, parser_, came);
    else
      http::async_read(stream_.next_layer(), buffer_, parser_, came);
  }
  void finish() {
    auto answer = parser_.release();
    if (answer.result_int() != 200)
      return fail("answered with status " + std::to_string(answer.result_int()));
    end(std::move(answer.body()));
  }
  void fail(const std::string& why) { end(error{errc::io_failed, why}); }
  void end(result<std::string> x) {
    deadline_.cancel();
    names_.reset(); // A name server that does not answer is waited for no longer.
    beast::get_lowest_layer(stream_).close();
    if (auto then = std::exchange(then_, nullptr)) then(std::move(x));
  }

  place to_;
  std::function<void(result<std::string>)> then_; ///< Null once it has been called.
  std::shared_ptr<asio::ssl::context> context_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  std::unique_ptr<name_lookup> names_;
  asio::steady_timer deadline_;
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
};

} // namespace

void fetch_text(asio::io_context& io, const std::string& url, fetch_limits limits,
                std::function<void(result<std::string>)> then) {
  auto to = read_place(url);
  if (!to) {
    asio::post(io, [then = std::move(then)] { then(error{errc::bad_request, "no such URL"}); });
    return;
  }
  auto trusted = trusting({});
  if (!trusted) {
    asio::post(io, [then = std::move(then), why = trusted.failure()] { then(why); });
    return;
  }
  auto started =
      std::make_shared<fetching>(io, std::move(*to), limits, std::move(*trusted), std::move(then));
  asio::post(io, [started] { started->start(); });
}

} // namespace toolscore
