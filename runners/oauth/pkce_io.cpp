#include "runners/oauth/pkce_io.hpp"

#include "runners/oauth/oauth_text.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

namespace toolscore {
namespace {

constexpr std::size_t secret_bytes = 32;

std::string_view text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

} // namespace

result<std::string> random_secret() {
  std::array<unsigned char, secret_bytes> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return error{errc::io_failed, "the system gives no random bytes"};
  return base64url(text_of(bytes.data(), bytes.size()));
}

std::string code_challenge(const std::string& verifier) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest.data());
  return base64url(text_of(digest.data(), digest.size()));
}

} // namespace toolscore
