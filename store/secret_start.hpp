#pragma once
#include <bit>
#include <cstddef>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolscore {

/// Whether what mask_tokens() hides can begin with these two characters. Nearly all pairs of a text
/// cannot, and are not looked at any closer.
constexpr bool may_begin_secret(char first, char second) noexcept {
  const auto either = [second](std::string_view of) { return of.find(second) != of.npos; };
  switch (first) {
  case ':':
    return second == '/';
  case 'B':
  case 'b':
    return either("eE");
  case 'e':
    return second == 'y';
  case 'A':
    return either("IKS");
  case 'g':
    return either("hli");
  case 's':
    return second == 'k';
  case 'x':
    return either("oa");
  case 'n':
    return second == 'p';
  case 'h':
    return second == 'f';
  default:
    return false;
  }
}

constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Nothing that belongs to the same word stands before. JSON writes a line's end as \n, and any
/// character as \uXXXX: their letters are no part of a word.
constexpr bool begins_word(std::string_view text, std::size_t at) noexcept {
  if (at == 0 || !is_alphanumeric(text[at - 1])) return true;
  if (at >= 2 && text[at - 2] == '\\') return true;
  return at >= 6 && text[at - 6] == '\\' && text[at - 5] == 'u';
}

/// Whether one may begin at `at`, behind which a character follows: a word begins there, or a colon
/// stands there.
constexpr bool is_secret_start(std::string_view text, std::size_t at) noexcept {
  return may_begin_secret(text[at], text[at + 1]) && (text[at] == ':' || begins_word(text, at));
}

#if defined(__SSE2__)
/// Which of the 16 pairs that begin at `at` pass, the first in the lowest bit; 17 bytes are read.
inline unsigned secret_starts(const char* at) noexcept {
  const auto load = [](const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const __m128i first = load(at);
  const __m128i second = load(at + 1);
  const __m128i case_bit = _mm_set1_epi8(0x20);
  const auto is = [](__m128i text, char wanted) {
    return _mm_cmpeq_epi8(text, _mm_set1_epi8(wanted));
  };
  const auto pair = [](__m128i a, __m128i b) { return _mm_and_si128(a, b); };
  const auto any = [](__m128i a, __m128i b) { return _mm_or_si128(a, b); };
  __m128i found = pair(is(first, ':'), is(second, '/'));
  found = any(
      found, pair(is(_mm_or_si128(first, case_bit), 'b'), is(_mm_or_si128(second, case_bit), 'e')));
  found = any(found, pair(is(first, 'e'), is(second, 'y')));
  found =
      any(found, pair(is(first, 'A'), any(any(is(second, 'I'), is(second, 'K')), is(second, 'S'))));
  found =
      any(found, pair(is(first, 'g'), any(any(is(second, 'h'), is(second, 'l')), is(second, 'i'))));
  found = any(found, pair(is(first, 's'), is(second, 'k')));
  found = any(found, pair(is(first, 'x'), any(is(second, 'o'), is(second, 'a'))));
  found = any(found, pair(is(first, 'n'), is(second, 'p')));
  found = any(found, pair(is(first, 'h'), is(second, 'f')));
  return static_cast<unsigned>(_mm_movemask_epi8(found));
}
#endif

/// find_secret_start() by what every processor has.
inline std::size_t find_secret_start_plain(std::string_view text, std::size_t at) noexcept {
#if defined(__SSE2__)
  constexpr std::size_t block = 16;
  for (; at + block < text.size(); at += block)
    for (unsigned starts = secret_starts(text.data() + at); starts != 0; starts &= starts - 1) {
      const auto found = at + static_cast<std::size_t>(std::countr_zero(starts));
      if (is_secret_start(text, found)) return found;
    }
#endif
  for (; at + 1 < text.size(); ++at)
    if (is_secret_start(text, at)) return at;
  return text.size();
}

/// The first place from `at` on where a secret may begin; the text's size where there is none. By
/// AVX2 where the processor has it.
std::size_t find_secret_start(std::string_view text, std::size_t at) noexcept;

} // namespace toolscore
