#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore::mcp {

inline constexpr std::uint64_t hash_start = 14695981039346656037u;

/// 64 bit FNV-1a, the same on every machine and in every run. Against accidents, not against
/// malice.
constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t from = hash_start) noexcept {
  for (const char x : text) {
    from ^= static_cast<unsigned char>(x);
    from *= 1099511628211u;
  }
  return from;
}

/// 16 lower-case digits.
inline std::string hex(std::uint64_t x) {
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, x >>= 4)
    *digit = "0123456789abcdef"[x & 15];
  return text;
}

} // namespace toolscore::mcp
