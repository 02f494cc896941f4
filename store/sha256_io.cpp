#include "store/sha256_io.hpp"

#include <array>
#include <memory>
#include <openssl/evp.h>

namespace toolscore {

std::string sha256_hex(std::string_view text) {
  return sha256_hex(text, {});
}

std::string sha256_hex(std::string_view first, std::string_view second) {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, 32> digest{};
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> sum(::EVP_MD_CTX_new(),
                                                               ::EVP_MD_CTX_free);
  ::EVP_DigestInit_ex(sum.get(), ::EVP_sha256(), nullptr);
  ::EVP_DigestUpdate(sum.get(), first.data(), first.size());
  ::EVP_DigestUpdate(sum.get(), second.data(), second.size());
  ::EVP_DigestFinal_ex(sum.get(), digest.data(), nullptr);
  std::string out;
  for (const unsigned byte : digest) out.append({digits[byte >> 4U], digits[byte & 0xfU]});
  return out;
}

} // namespace toolscore
