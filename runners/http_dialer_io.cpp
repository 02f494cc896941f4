#include "runners/http_dialer_io.hpp"

#include "runners/address_rules.hpp"

#include <boost/beast/http.hpp>

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t proxy_head_bytes_max = 16 * 1024;

address_bytes bytes_of(const asio::ip::address& x) {
  return x.is_v6() ? x.to_v6().to_bytes()
                   : asio::ip::make_address_v6(asio::ip::v4_mapped, x.to_v4()).to_bytes();
}

/// What OpenSSL says of the other side's certificate, or else what Asio says of the failure.
std::string tls_failure(SSL* tls, const error_code& failed) {
  const auto verdict = ::SSL_get_verify_result(tls);
  if (verdict == X509_V_OK) return failed.message();
  return std::string("its certificate is not to be trusted: ") +
         ::X509_verify_cert_error_string(verdict);
}

} // namespace

/// One attempt; each step of it keeps it, and what comes after its end is passed over.
class dial_run : public std::enable_shared_from_this<dial_run> {
public:
  dial_run(asio::io_context& io, http_place to, http_dialer::dialed then, dial_limits limits)
      : to_(std::move(to)), then_(std::move(then)), limits_(limits),
        stream_(std::make_unique<http_stream>(io)), deadline_(io) {}

  /// @param by  the proxy; null = none
  void begin(name_lookup& names, tls_trust& trust, const std::string& ca_file,
             const http_proxy* by) {
    deadline_.expires_after(limits_.all);
    deadline_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->fail("no answer in time, while it " + self->step_);
    });
    step_ = "looked up its name";
    if (by != nullptr) proxy_ = *by;
    error_code no_address;
    asio::ip::make_address(to_.host, no_address);
    // Behind a proxy a name is looked up by that, unless it decides whether we speak in clear.
    if (proxy_ && to_.tls && no_address) return find_proxy(names, trust, ca_file);
    names.find(to_.host, [self = shared_from_this(), &names, &trust, ca_file](const auto& found) {
      if (!self->then_) return;
      if (!found) return self->fail("its name: " + found.failure().detail);
      self->take_addresses(*found);
      if (!self->then_) return;
      if (self->proxy_) return self->find_proxy(names, trust, ca_file);
      self->load_trust(trust, ca_file);
    });
  }
  void abandon() {
    then_ = nullptr;
    deadline_.cancel();
    if (stream_) stream_->tcp.close();
  }

private:
  void load_trust(tls_trust& trust, const std::string& ca_file) {
    if (!to_.tls) return connect();
    trust.load(ca_file, [self = shared_from_this()](const result<tls_client_context>& loaded) {
      if (!self->then_) return;
      if (!loaded) return self->end(loaded.failure());
      self->stream_->trust = *loaded;
      self->connect();
    });
  }

  /// From here on what is connected to is the proxy, which the environment names.
  void find_proxy(name_lookup& names, tls_trust& trust, const std::string& ca_file) {
    step_ = "looked up its proxy's name";
    names.find(proxy_->place.host, [self = shared_from_this(), &trust, ca_file](const auto& found) {
      if (!self->then_) return;
      if (!found) return self->fail("the name of " + self->proxy() + ": " + found.failure().detail);
      self->places_.clear();
      self->why_not_ = "no address of " + self->proxy() + " will do";
      for (const auto& address : *found)
        if (address_fault(bytes_of(address), true).empty())
          self->places_.emplace_back(address, self->proxy_->place.port);
      self->load_trust(trust, ca_file);
    });
  }
  std::string proxy() const { return "the proxy " + authority_of(proxy_->place); }

  void take_addresses(const name_lookup::addresses& found) {
    for (const auto& address : found) {
      const auto bytes = bytes_of(address);
      const auto fault =
          limits_.outside_only ? told_address_fault(bytes) : address_fault(bytes, to_.tls);
      if (fault.empty())
        places_.emplace_back(address, to_.port);
      else
        why_not_ = address.to_string() + " " + fault;
    }
    if (places_.empty()) fail(why_not_);
  }

  void connect() {
    if (!then_) return;
    if (at_ == places_.size()) return fail(why_not_);
    step_ = "connected";
    stream_->tcp.expires_after(limits_.one);
    const auto to = places_[at_++];
    stream_->tcp.async_connect(to, [self = shared_from_this()](error_code failed) {
      if (!self->then_) return;
      if (!failed) return self->connected();
      self->why_not_ =
          failed == boost::beast::error::timeout ? "no connection in time" : failed.message();
      error_code ignored;
      self->stream_->tcp.socket().close(ignored);
      self->connect();
    });
  }

  void connected() {
    error_code ignored;
    auto& socket = stream_->tcp.socket();
    socket.set_option(tcp::no_delay(true), ignored);
    // One that has gone without a word is noticed, however long an answer may take.
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    using keep_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
    using keep_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
    using keep_count = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
    socket.set_option(keep_idle(30), ignored);
    socket.set_option(keep_interval(10), ignored);
    socket.set_option(keep_count(3), ignored);
    if (!proxy_) return secure();
    if (to_.tls || to_.web_socket) return open_tunnel();
    stream_->before_target = origin_of(to_);
    stream_->proxy_authorization = proxy_->authorization;
    done();
  }

  void open_tunnel() {
    step_ = "asked its proxy";
    const auto target = connect_target(to_);
    request_ = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!proxy_->authorization.empty())
      request_ += "Proxy-Authorization: " + proxy_->authorization + "\r\n";
    request_ += "\r\n";
    stream_->tcp.expires_never(); // The whole has its deadline.
    asio::async_write(stream_->tcp, asio::buffer(request_),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        if (!self->then_) return;
                        if (failed) return self->fail(self->proxy() + ": " + failed.message());
                        self->read_tunnel();
                      });
  }

  void read_tunnel() {
    answer_.header_limit(proxy_head_bytes_max);
    answer_.skip(true);
    http::async_read_header(
        stream_->tcp, stream_->read_ahead, answer_,
        [self = shared_from_this()](error_code failed, std::size_t) {
          if (!self->then_) return;
          if (failed) return self->fail(self->proxy() + ": " + failed.message());
          const auto status = self->answer_.get().result_int();
          if (status < 200 || status > 299)
            return self->fail(self->proxy() + " refused: HTTP " + std::to_string(status) +
                              (status == 407 ? "; check its user and password" : ""));
          if (self->stream_->read_ahead.size() != 0)
            return self->fail(self->proxy() + " spoke where nobody was to speak");
          self->secure();
        });
  }

  void secure() {
    if (!to_.tls) return done();
    step_ = "shook hands in TLS";
    stream_->tls = std::make_unique<asio::ssl::stream<boost::beast::tcp_stream&>>(stream_->tcp,
                                                                                  *stream_->trust);
    auto* const tls = stream_->tls->native_handle();
    // An address has no name that could be asked for.
    const bool named =
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(tls), to_.host.c_str()) != 1;
    if (named && (::SSL_set1_host(tls, to_.host.c_str()) != 1 ||
                  ::SSL_set_tlsext_host_name(tls, to_.host.c_str()) != 1))
      return fail("its name is no host name");
    stream_->tls->async_handshake(
        asio::ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
          if (!self->then_) return;
          if (!failed) return self->done();
          self->fail("TLS: " + tls_failure(self->stream_->tls->native_handle(), failed));
        });
  }

  void done() {
    deadline_.cancel();
    stream_->tcp.expires_never();
    if (auto then = std::exchange(then_, nullptr)) then(std::move(stream_));
  }
  void fail(std::string why) { end({errc::io_failed, std::move(why)}); }
  void end(error why) {
    auto then = std::exchange(then_, nullptr);
    abandon();
    if (then) then(std::move(why));
  }

  http_place to_;
  http_dialer::dialed then_; ///< Null once it has been called.
  dial_limits limits_;
  std::unique_ptr<http_stream> stream_;
  asio::steady_timer deadline_;
  std::vector<tcp::endpoint> places_;
  std::size_t at_ = 0;
  std::string why_not_;
  std::string step_;
  std::optional<http_proxy> proxy_;
  std::string request_; ///< To it, and
  http::response_parser<http::empty_body> answer_;
};

std::shared_ptr<void> http_dialer::dial(const http_place& to, const std::string& ca_file,
                                        dialed then, dial_limits limits) {
  auto run = std::make_shared<dial_run>(io_, to, std::move(then), limits);
  run->begin(names_, trust_, ca_file, proxy_for(proxies_, to));
  // It lives as long as a step of it is out; this ends it before that.
  return {run.get(), [run](void*) { run->abandon(); }};
}

} // namespace toolscore
