#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolscore::mcp {

/// The first `"`, backslash or control character in [at, end), or end. Eight bytes a step.
inline const char* string_stop_portable(const char* at, const char* end) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t highs = 0x8080808080808080u;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t slash = word ^ (ones * '\\');
    // High bits of bytes that are zero, or below 0x20; never misses one, so a hit is looked at
    // below.
    const std::uint64_t hits =
        ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word);
    if ((hits & highs) != 0) break;
  }
  for (; at != end; ++at)
    if (*at == '"' || *at == '\\' || static_cast<unsigned char>(*at) < 0x20) return at;
  return end;
}

#if defined(__SSE2__)
/// The same, sixteen bytes a step.
inline const char* string_stop(const char* at, const char* end) noexcept {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i slash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  for (; end - at >= 16; at += 16) {
    const __m128i word = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(word, quote), _mm_cmpeq_epi8(word, slash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(word, control), word));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits)))
      return at + std::countr_zero(mask);
  }
  return string_stop_portable(at, end);
}
#else
inline const char* string_stop(const char* at, const char* end) noexcept {
  return string_stop_portable(at, end);
}
#endif

} // namespace toolscore::mcp
