#pragma once
#include <cstddef>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolscore::mcp {

/// A byte inside a JSON string at which a walk has to look: `"`, a backslash, a control character.
inline bool is_string_stop(char x) noexcept {
  return x == '"' || x == '\\' || static_cast<unsigned char>(x) < 0x20;
}

inline constexpr std::ptrdiff_t block_bytes = 16;

/// Which of the 16 bytes at `at` are stops, the first in the lowest bit.
inline unsigned string_stops_portable(const char* at) noexcept {
  unsigned stops = 0;
  for (std::ptrdiff_t i = 0; i < block_bytes; ++i)
    stops |= static_cast<unsigned>(is_string_stop(at[i])) << i;
  return stops;
}

#if defined(__SSE2__)
inline unsigned string_stops(const char* at) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i slashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, slashes), controls)));
}
#else
inline unsigned string_stops(const char* at) noexcept {
  return string_stops_portable(at);
}
#endif

} // namespace toolscore::mcp
