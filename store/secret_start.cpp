#include "store/secret_start.hpp"

#if defined(__x86_64__)
#include <algorithm>
#include <array>
#include <bit>
#include <immintrin.h>
#include <iterator>
#endif

namespace toolscore {
namespace {

#if defined(__x86_64__)

/// The pairs of may_begin_secret() in eight classes. A character is in one if both of its halves
/// are, so that two look-ups of sixteen bytes tell it; some more characters than wanted pass.
constexpr std::string_view pairs[][2] = {
    {":", "/"},   {"Bb", "eE"}, {"e", "y"},  {"A", "IKS"},
    {"g", "hli"}, {"s", "k"},   {"x", "oa"}, {"hn", "fp"},
};
static_assert(std::size(pairs) == 8);

constexpr std::size_t block = 32;

using half_table = std::array<char, 16>;

/// @param which  0 or 1 of a pair
constexpr half_table table_of(int which, bool low_half) {
  half_table out{};
  for (std::size_t i = 0; i < std::size(pairs); ++i)
    for (const char c : pairs[i][which]) {
      auto& entry = out[static_cast<std::size_t>(low_half ? c & 15 : c >> 4)];
      entry = static_cast<char>(static_cast<unsigned char>(entry) | 1U << i);
    }
  return out;
}

constexpr half_table first_low = table_of(0, true);
constexpr half_table first_high = table_of(0, false);
constexpr half_table second_low = table_of(1, true);
constexpr half_table second_high = table_of(1, false);

/// No pair may be missing, or a secret would be kept.
constexpr bool passes(char first, char second) {
  const auto classes = [](const half_table& low, const half_table& high, char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 ? 0 : low[byte & 15U] & high[byte >> 4U];
  };
  return (classes(first_low, first_high, first) & classes(second_low, second_high, second)) != 0;
}
static_assert([] {
  for (int first = 0; first < 128; ++first)
    for (int second = 0; second < 128; ++second)
      if (may_begin_secret(static_cast<char>(first), static_cast<char>(second)) &&
          !passes(static_cast<char>(first), static_cast<char>(second)))
        return false;
  return true;
}());

[[gnu::target("avx2")]] __m256i load(const char* from) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

[[gnu::target("avx2")]] __m256i twice(const half_table& table) noexcept {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

/// The classes of 32 characters; none of those that are no ASCII, for both look-ups give 0 then.
[[gnu::target("avx2")]] __m256i classes_of(__m256i text, __m256i low, __m256i high) noexcept {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i by_low = _mm256_shuffle_epi8(low, text);
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(text, 4), half);
  return _mm256_and_si256(by_low, _mm256_shuffle_epi8(high, upper));
}

/// Of the 32 pairs that begin at `from`, those that may begin a secret; 33 characters are read.
[[gnu::target("avx2")]] unsigned starts_at(const char* from) noexcept {
  const __m256i first = classes_of(load(from), twice(first_low), twice(first_high));
  const __m256i second = classes_of(load(from + 1), twice(second_low), twice(second_high));
  const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(first, second), _mm256_setzero_si256());
  return ~static_cast<unsigned>(_mm256_movemask_epi8(none));
}

/// Of a text that is longer than a block. The last block begins where it ends with the text.
[[gnu::target("avx2")]] std::size_t find_by_avx2(std::string_view text, std::size_t at) noexcept {
  const auto last = text.size() - block - 1;
  while (at + 1 < text.size()) {
    const auto from = std::min(at, last);
    auto starts = starts_at(text.data() + from) & ~0U << (at - from);
    for (; starts != 0; starts &= starts - 1) {
      const auto found = from + static_cast<std::size_t>(std::countr_zero(starts));
      if (is_secret_start(text, found)) return found;
    }
    at = from + block;
  }
  return text.size();
}

#endif

} // namespace

std::size_t find_secret_start(std::string_view text, std::size_t at) noexcept {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2 && text.size() > block) return find_by_avx2(text, at);
#endif
  return find_secret_start_plain(text, at);
}

} // namespace toolscore
