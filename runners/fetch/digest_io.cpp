#include "runners/fetch/digest_io.hpp"

#include <array>
#include <openssl/evp.h>

namespace toolscore {

struct sha256::state {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

sha256::sha256() : state_(std::make_unique<state>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}
sha256::~sha256() {
  EVP_MD_CTX_free(state_->context);
}

void sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, bytes.data(), &size);
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += "0123456789abcdef"[bytes[i] >> 4U];
    out += "0123456789abcdef"[bytes[i] & 15U];
  }
  return out;
}

} // namespace toolscore
