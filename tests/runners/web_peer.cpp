#include "web_peer.hpp"

#include <boost/beast/core.hpp>
#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <list>
#include <optional>

namespace toolscore::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

std::string chunk(const std::string& text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

} // namespace

std::string peer_request::header(std::string_view name) const {
  const auto at =
      std::find_if(headers.begin(), headers.end(), [&](const auto& x) { return x.first == name; });
  return at == headers.end() ? "(none)" : at->second;
}

void peer_reply::answer(int status, const std::string& type, const std::string& body,
                        const std::string& more_headers) {
  write("HTTP/1.1 " + std::to_string(status) + " Told\r\n" +
        (type.empty() ? "" : "Content-Type: " + type + "\r\n") + more_headers +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  next();
}

void peer_reply::stream(const std::string& more_headers) {
  write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + more_headers +
        "Transfer-Encoding: chunked\r\n\r\n");
}

void peer_reply::event(const std::string& data, const std::string& more_fields) {
  write(chunk(more_fields + "data: " + data + "\n\n"));
}

void peer_reply::end_stream() {
  write("0\r\n\r\n");
  next();
}

namespace {

/// One connection; its own pending operation keeps it.
template <class Stream>
class talking final : public peer_reply, public std::enable_shared_from_this<talking<Stream>> {
public:
  talking(Stream stream, std::size_t number, std::function<void(peer_request, peer_reply_ptr)> tell)
      : stream_(std::move(stream)), number_(number), tell_(std::move(tell)) {}

  void start() {
    if constexpr (std::is_same_v<Stream, tcp::socket>)
      next();
    else
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code failed) {
                                if (!failed) self->next();
                              });
  }
  void next() override {
    if (reading_) return;
    reading_ = true;
    parser_.emplace();
    parser_->body_limit(256u << 20);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code failed, std::size_t) { self->take(failed); });
  }
  void write(std::string text) override {
    queue_.push_back(std::move(text));
    if (queue_.size() == 1) write_some();
  }
  void end() override {
    ending_ = true;
    if (queue_.empty()) close();
  }
  bool gone() const override { return gone_; }
  void close() {
    error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
  }

private:
  void take(error_code failed) {
    reading_ = false;
    if (failed) {
      gone_ = true;
      return;
    }
    const auto message = parser_->release();
    peer_request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.body = message.body();
    request.connection = number_;
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char x) { return static_cast<char>(std::tolower(x)); });
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    tell_(std::move(request), this->shared_from_this());
  }
  void write_some() {
    asio::async_write(stream_, asio::buffer(queue_.front()),
                      [self = this->shared_from_this()](error_code failed, std::size_t) {
                        self->queue_.pop_front();
                        if (failed) {
                          self->gone_ = true;
                          self->queue_.clear();
                          return;
                        }
                        if (!self->queue_.empty()) return self->write_some();
                        if (self->ending_) self->close();
                      });
  }

  Stream stream_;
  std::size_t number_;
  std::function<void(peer_request, peer_reply_ptr)> tell_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::deque<std::string> queue_;
  bool reading_ = false;
  bool ending_ = false;
  bool gone_ = false;
};

} // namespace

struct web_peer::state : std::enable_shared_from_this<web_peer::state> {
  state(web_peer& who, asio::io_context& io, handler how, std::shared_ptr<asio::ssl::context> with,
        std::uint16_t port)
      : owner(&who), answer(std::move(how)), tls(std::move(with)),
        acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), port)) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](error_code failed, tcp::socket socket) {
      if (failed) return;
      ++self->count;
      if (self->tls)
        self->talk(asio::ssl::stream<tcp::socket>(std::move(socket), *self->tls));
      else
        self->talk(std::move(socket));
      self->accept();
    });
  }
  template <class Stream>
  void talk(Stream stream) {
    auto one = std::make_shared<talking<Stream>>(
        std::move(stream), count, [weak = weak_from_this()](peer_request x, peer_reply_ptr reply) {
          const auto self = weak.lock();
          if (!self || self->owner == nullptr) return;
          self->owner->seen.push_back(x);
          self->answer(x, std::move(reply));
        });
    closers.push_back([weak = std::weak_ptr<talking<Stream>>(one)] {
      if (const auto open = weak.lock()) open->close();
    });
    one->start();
  }

  web_peer* owner;
  handler answer;
  std::shared_ptr<asio::ssl::context> tls;
  tcp::acceptor acceptor;
  std::size_t count = 0;
  std::vector<std::function<void()>> closers;
};

web_peer::web_peer(asio::io_context& io, handler answer, std::shared_ptr<asio::ssl::context> tls,
                   std::uint16_t port)
    : state_(std::make_shared<state>(*this, io, std::move(answer), std::move(tls), port)) {
  state_->accept();
}

web_peer::~web_peer() {
  close_all();
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->owner = nullptr;
}

std::uint16_t web_peer::port() const {
  return state_->acceptor.local_endpoint().port();
}
std::string web_peer::url(const std::string& path) const {
  return (state_->tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) + path;
}
std::size_t web_peer::connections() const {
  return state_->count;
}
void web_peer::close_all() {
  for (const auto& close : state_->closers) close();
}

std::shared_ptr<asio::ssl::context> self_signed(const std::string& name,
                                                const std::string& pem_file) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const paper = X509_new();
  BOOST_REQUIRE(key != nullptr && paper != nullptr);
  X509_set_version(paper, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(paper), 1);
  X509_gmtime_adj(X509_getm_notBefore(paper), -3600);
  X509_gmtime_adj(X509_getm_notAfter(paper), 3600);
  X509_set_pubkey(paper, key);
  auto* const subject = X509_get_subject_name(paper);
  const unsigned char common[] = "toolscore test";
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(paper, subject);
  const auto alternative = name.empty() ? std::string("IP:127.0.0.1") : "DNS:" + name;
  X509V3_CTX context;
  X509V3_set_ctx(&context, paper, paper, nullptr, nullptr, 0);
  for (const auto& [kind, value] : {std::pair{NID_subject_alt_name, alternative},
                                    {NID_basic_constraints, std::string("critical,CA:TRUE")}}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(paper, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(paper, key, EVP_sha256());
  std::FILE* const file = std::fopen(pem_file.c_str(), "w");
  BOOST_REQUIRE(file != nullptr);
  PEM_write_X509(file, paper);
  std::fclose(file);
  auto out = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_use_certificate(out->native_handle(), paper);
  SSL_CTX_use_PrivateKey(out->native_handle(), key);
  X509_free(paper);
  EVP_PKEY_free(key);
  return out;
}

} // namespace toolscore::test
