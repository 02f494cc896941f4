#pragma once
#include <bit>
#include <cstdint>
#include <string_view>

namespace toolscore::mcp {

/// A secret that is made anew at each start of the node.
struct mac_key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// SipHash-2-4 of `text`: who has not the key cannot make one.
constexpr std::uint64_t siphash(const mac_key& key, std::string_view text) noexcept {
  std::uint64_t a = key.low ^ 0x736f6d6570736575u;
  std::uint64_t b = key.high ^ 0x646f72616e646f6du;
  std::uint64_t c = key.low ^ 0x6c7967656e657261u;
  std::uint64_t d = key.high ^ 0x7465646279746573u;
  const auto round = [&] {
    a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16) ^ c;
    a += d, d = std::rotl(d, 21) ^ a;
    c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
  };
  const auto take = [&](std::uint64_t word) {
    d ^= word;
    round(), round();
    a ^= word;
  };
  const auto word_at = [&](std::size_t at, std::size_t count) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
    return word;
  };
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) take(word_at(at, 8));
  take(word_at(at, text.size() - at) | std::uint64_t{text.size() & 0xff} << 56);
  c ^= 0xff;
  round(), round(), round(), round();
  return a ^ b ^ c ^ d;
}

} // namespace toolscore::mcp
