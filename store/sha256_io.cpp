#include "store/sha256_io.hpp"

#include <array>
#include <openssl/sha.h>

namespace toolscore {

std::string sha256_hex(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string out;
  for (const unsigned byte : digest) out.append({digits[byte >> 4U], digits[byte & 0xfU]});
  return out;
}

} // namespace toolscore
