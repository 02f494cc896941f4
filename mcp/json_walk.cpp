#include "mcp/json_walk.hpp"

#include "mcp/text_search.hpp"

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

} // namespace

bool json_walk::string() noexcept {
  if (at_ == end_ || *at_ != '"') return fail("a string was expected");
  ++at_;
  for (;;) {
    at_ = string_stop(at_, end_);
    if (at_ == end_) return fail("a string does not end");
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    if (*at_ != '\\') return fail("a control character in a string");
    if (++at_ == end_) return fail("a string does not end");
    switch (*at_++) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      break;
    case 'u':
      for (int i = 0; i < 4; ++i, ++at_)
        if (at_ == end_ || !is_hex(*at_)) return fail("a \\u escape without four hex digits");
      break;
    default:
      return fail("an unknown escape in a string");
    }
  }
}

bool json_walk::key(std::string_view& raw) noexcept {
  if (fault_ != nullptr) return false;
  peek();
  const char* from = at_;
  if (!string()) return false;
  raw = {from, static_cast<std::size_t>(at_ - from)};
  return take(':', "a colon was expected");
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
