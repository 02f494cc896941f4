#include "mcp/json_walk.hpp"

#include <bitset>
#include <cstring>

namespace toolscore::mcp {
namespace {

bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}
bool is_hex(char x) noexcept {
  return is_digit(x) || (x >= 'a' && x <= 'f') || (x >= 'A' && x <= 'F');
}

bool is_short_escape(char x) noexcept {
  return x == '"' || x == 'n' || x == '\\' || x == '/' || x == 't' || x == 'r' || x == 'b' ||
         x == 'f';
}

} // namespace

bool json_walk::escape() noexcept {
  if (end_ - at_ < 2) return fail("a string does not end");
  const char kind = at_[1];
  at_ += 2;
  if (is_short_escape(kind)) return true;
  if (kind != 'u') return fail("an unknown escape in a string");
  for (int i = 0; i < 4; ++i, ++at_)
    if (at_ == end_ || !is_hex(*at_)) return fail("a \\u escape without four hex digits");
  return true;
}

/// Goes on from the stop at `at_`. @returns whether the string ended, well or not
bool json_walk::stopped(bool& good) noexcept {
  if (*at_ == '\\') return !(good = escape());
  good = *at_ == '"' || fail("a control character in a string");
  at_ += good;
  return true;
}

bool json_walk::whole_string() noexcept {
  if (at_ == end_ || *at_ != '"') return fail("a string was expected");
  ++at_;
  bool good = false;
  while (end_ - at_ >= block_bytes) {
    unsigned stops = string_stops(at_);
    const char* const block = at_;
    // Text that quotes JSON is full of short escapes: they are passed without looking again.
    while (stops != 0 && (at_ = block + std::countr_zero(stops)) != block + block_bytes - 1 &&
           *at_ == '\\' && is_short_escape(at_[1]))
      stops &= ~(3u << (at_ - block));
    if (stops == 0) {
      at_ = block + block_bytes;
    } else if (stopped(good)) {
      return good;
    }
  }
  while (at_ != end_) {
    if (!is_string_stop(*at_)) {
      ++at_;
    } else if (stopped(good)) {
      return good;
    }
  }
  return fail("a string does not end");
}

bool json_walk::digits() noexcept {
  if (at_ == end_ || !is_digit(*at_)) return fail("a digit was expected");
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return true;
}

bool json_walk::number() noexcept {
  if (*at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  return true;
}

template <std::size_t Size>
bool json_walk::literal(const char (&word)[Size]) noexcept {
  constexpr std::size_t length = Size - 1;
  if (static_cast<std::size_t>(end_ - at_) < length || std::memcmp(at_, word, length) != 0)
    return fail("a value was expected");
  at_ += length;
  return true;
}

bool json_walk::scalar(char first) noexcept {
  switch (first) {
  case '"':
    return string();
  case 't':
    return literal("true");
  case 'f':
    return literal("false");
  case 'n':
    return literal("null");
  default:
    if (first != '-' && !is_digit(first)) return fail("a value was expected");
    return number();
  }
}

bool json_walk::value(text_span& out) noexcept {
  if (fault_ != nullptr) return false;
  char first = peek();
  const char* from = at_;
  if (first != '{' && first != '[') {
    if (!scalar(first)) return false;
    out = since(from);
    return true;
  }
  std::bitset<nesting_max + 1> in_object; // One bit a level; a heap stack would cost an allocation.
  std::size_t depth = 0;
  std::string_view raw;
  for (;;) { // One turn a value: `first` is its first character.
    if (first == '{' || first == '[') {
      if (depth == nesting_max) return fail("nested too deep");
      in_object[++depth] = first == '{';
      ++at_;
      if (peek() != (first == '{' ? '}' : ']')) {
        if (first == '{' && !key(raw)) return false;
        first = peek();
        continue;
      }
      ++at_;
      --depth;
    } else if (!scalar(first)) {
      return false;
    }
    // A value has ended: close what ends with it, then go on to the next one.
    while (depth != 0) {
      const char next = peek();
      if (next == ',') break;
      if (next != (in_object[depth] ? '}' : ']')) return fail("a comma or a bracket was expected");
      ++at_;
      --depth;
    }
    if (depth == 0) break;
    ++at_;
    if (in_object[depth] && !key(raw)) return false;
    first = peek();
  }
  out = since(from);
  return true;
}

} // namespace toolscore::mcp
