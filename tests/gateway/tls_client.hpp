#pragma once
#include "tests/gateway/http_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace toolscore::test {

/// The blocking client over TLS; it believes every certificate.
class tls_client final : public http_client {
public:
  /// `version_max` as OpenSSL numbers them, 0x0304 = TLS 1.3.
  explicit tls_client(std::uint16_t port, int version_max = 0x0304);
  ~tls_client() override;

  /// The handshake is done.
  bool connected() const noexcept { return done_; }
  std::string protocol() const; ///< "TLSv1.3"
  std::string subject() const;  ///< The common name in the server's certificate; empty = none.
  void send(std::string_view text) override;
  /// The next thing that comes is the end of TLS itself, and not of the connection alone.
  bool ended_cleanly();

private:
  bool fill(std::chrono::milliseconds wait) override;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  bool done_ = false;
};

} // namespace toolscore::test
