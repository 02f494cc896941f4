#include "gateway/digest_io.hpp"

#include <openssl/sha.h>

namespace toolscore {

std::array<unsigned char, 32> sha256(std::string_view text) {
  std::array<unsigned char, 32> out{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

} // namespace toolscore
