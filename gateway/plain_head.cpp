#include "gateway/plain_head.hpp"

#include <array>
#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace toolscore {
namespace {

constexpr std::string_view method = "POST ";
constexpr std::string_view version = " HTTP/1.1\r\n";
constexpr std::size_t length_digits_max = 9;

constexpr bool alphanumeric(char x) {
  return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

template <class Wanted>
constexpr std::array<bool, 256> table_of(Wanted wanted) {
  std::array<bool, 256> out{};
  for (int i = 0; i < 128; ++i) out[static_cast<std::size_t>(i)] = wanted(static_cast<char>(i));
  return out;
}

/// A part of what RFC 3986 lets stand in a path.
constexpr auto path_characters = table_of([](char x) {
  return alphanumeric(x) || std::string_view("/-._~@").find(x) != std::string_view::npos;
});
/// RFC 9110's tchar.
constexpr auto name_characters = table_of([](char x) {
  return alphanumeric(x) || std::string_view("!#$%&'*+-.^_`|~").find(x) != std::string_view::npos;
});
constexpr auto value_characters = table_of([](char x) { return x >= 0x20 && x < 0x7f; });

/// How many bytes from `from` on can stand in a value.
std::size_t value_length(const char* from, const char* end) noexcept {
  const char* at = from;
#if defined(__SSE2__)
  constexpr std::ptrdiff_t block = 16;
  for (; end - at >= block; at += block) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i bad = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)), // Or above 0x7f.
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(bad));
    if (stops != 0) return static_cast<std::size_t>(at - from + std::countr_zero(stops));
  }
#endif
  while (at != end && value_characters[static_cast<unsigned char>(*at)]) ++at;
  return static_cast<std::size_t>(at - from);
}

class reading {
public:
  reading(std::string_view text, header_list& headers)
      : at_(text.data()), begin_(text.data()), end_(text.data() + text.size()), headers_(headers) {}

  std::optional<plain_head> read() {
    plain_head out;
    if (!take(method)) return std::nullopt;
    out.target = run(path_characters);
    if (out.target.empty() || out.target.front() != '/' || !take(version)) return std::nullopt;
    while (end_ - at_ >= 2 && *at_ != '\r')
      if (!field()) return std::nullopt;
    if (!take("\r\n") || !length_) return std::nullopt;
    out.size = static_cast<std::size_t>(at_ - begin_);
    out.body_size = *length_;
    out.length_at = static_cast<std::size_t>(length_digits_.data() - begin_);
    out.length_digits = length_digits_.size();
    return out;
  }

private:
  bool take(std::string_view wanted) {
    if (static_cast<std::size_t>(end_ - at_) < wanted.size() ||
        std::memcmp(at_, wanted.data(), wanted.size()) != 0)
      return false;
    at_ += wanted.size();
    return true;
  }

  std::string_view run(const std::array<bool, 256>& characters) {
    const char* const from = at_;
    while (at_ != end_ && characters[static_cast<unsigned char>(*at_)]) ++at_;
    return {from, static_cast<std::size_t>(at_ - from)};
  }

  bool field() {
    const auto name = run(name_characters);
    if (name.empty() || !take(":")) return false;
    while (at_ != end_ && *at_ == ' ') ++at_;
    std::string_view value(at_, value_length(at_, end_));
    at_ += value.size();
    if (!take("\r\n")) return false;
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    if (!harmless(name, value)) return false;
    headers_.add(name, value);
    return true;
  }

  /// Whether a field leaves it to us how the body and the connection are read; takes the length.
  bool harmless(std::string_view name, std::string_view value) {
    const auto is = [name](std::string_view other) { return equals_ignoring_case(name, other); };
    switch (name.size()) {
    case 2:
      return !is("te");
    case 6:
      return !is("expect");
    case 7:
      return !is("upgrade") && !is("trailer");
    case 10:
      return !is("connection") || equals_ignoring_case(value, "keep-alive");
    case 14:
      return !is("content-length") || take_length(value);
    case 16:
      return !is("proxy-connection");
    case 17:
      return !is("transfer-encoding");
    default:
      return true;
    }
  }

  bool take_length(std::string_view digits) {
    if (length_) return false;
    length_ = length_of(digits);
    length_digits_ = digits;
    return length_.has_value();
  }

  const char* at_;
  const char* begin_;
  const char* end_;
  header_list& headers_;
  std::optional<std::size_t> length_;
  std::string_view length_digits_;
};

} // namespace

std::optional<std::size_t> length_of(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > length_digits_max) return std::nullopt;
  std::size_t length = 0;
  for (const char x : digits) {
    if (x < '0' || x > '9') return std::nullopt;
    length = length * 10 + static_cast<std::size_t>(x - '0');
  }
  return length;
}

std::optional<plain_head> read_plain_head(std::string_view text, header_list& headers) {
  auto out = reading(text, headers).read();
  if (!out) headers.clear();
  return out;
}

} // namespace toolscore
