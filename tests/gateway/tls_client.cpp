#include "tests/gateway/tls_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace toolscore::test {
namespace {

int connected_to(std::uint16_t port) {
  struct taking : http_client {
    explicit taking(http_client&& x) : http_client(std::move(x)) {}
    int take() { return std::exchange(fd_, -1); }
  };
  const int fd = taking(http_client::tcp(port)).take();
  const timeval limit{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return fd;
}

} // namespace

tls_client::tls_client(std::uint16_t port, int version_max)
    : http_client(connected_to(port)),
      context_(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free), ssl_(nullptr, ::SSL_free) {
  ::SSL_CTX_set_max_proto_version(context_.get(), version_max);
  ::SSL_CTX_set_security_level(context_.get(), 0);
  ssl_.reset(::SSL_new(context_.get()));
  ::SSL_set_fd(ssl_.get(), fd_);
  done_ = ::SSL_connect(ssl_.get()) == 1;
}

tls_client::~tls_client() = default;

std::string tls_client::protocol() const {
  return done_ ? ::SSL_get_version(ssl_.get()) : "";
}

std::string tls_client::subject() const {
  auto* const x = done_ ? ::SSL_get0_peer_certificate(ssl_.get()) : nullptr;
  char name[128] = "";
  if (x != nullptr)
    ::X509_NAME_get_text_by_NID(::X509_get_subject_name(x), NID_commonName, name, sizeof name);
  return name;
}

void tls_client::send(std::string_view text) {
  while (!text.empty() && done_) {
    const int n = ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool tls_client::fill(std::chrono::milliseconds wait) {
  if (!done_ || fd_ < 0) return false;
  pollfd x{fd_, POLLIN, 0};
  if (::SSL_pending(ssl_.get()) == 0 && ::poll(&x, 1, static_cast<int>(wait.count())) <= 0)
    return false;
  char room[65'536];
  const int n = ::SSL_read(ssl_.get(), room, sizeof room);
  if (n <= 0) return false;
  buffer_.append(room, static_cast<std::size_t>(n));
  return true;
}

bool tls_client::ended_cleanly() {
  char room[1];
  const int n = ::SSL_read(ssl_.get(), room, sizeof room);
  return n <= 0 && ::SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN;
}

} // namespace toolscore::test
