#include "mcp/json_walk.hpp"

#include <array>
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

/// Which of the open containers are objects: one bit a level, the innermost 64 at hand. A heap
/// stack would cost an allocation, all bits at once their clearing.
class nesting {
public:
  /// @returns false where it would be too deep
  bool enter(bool object) noexcept {
    if (depth_ == json_walk::nesting_max) return false;
    if (depth_ % word_bits == 0 && depth_ != 0) outer_[depth_ / word_bits - 1] = inner_;
    inner_ = inner_ << 1U | static_cast<std::uint64_t>(object);
    ++depth_;
    return true;
  }
  void leave() noexcept {
    inner_ >>= 1U;
    --depth_;
    if (depth_ % word_bits == 0 && depth_ != 0) inner_ = outer_[depth_ / word_bits - 1];
  }
  bool in_object() const noexcept { return (inner_ & 1U) != 0; }
  std::size_t depth() const noexcept { return depth_; }

private:
  static constexpr std::size_t word_bits = 64;
  std::uint64_t inner_ = 0;
  std::size_t depth_ = 0;
  std::array<std::uint64_t, json_walk::nesting_max / word_bits> outer_; ///< Below `depth_` alone.
};

} // namespace

const char* json_walk::many_spaces(const char* at) const noexcept {
  while (at != end_ && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  return at;
}

/// `at` is that of the backslash.
const char* json_walk::escape(const char* at) noexcept {
  if (end_ - at < 2) return fail_at(at, "a string does not end");
  const char kind = at[1];
  at += 2;
  if (is_short_escape(kind)) return at;
  if (kind != 'u') return fail_at(at, "an unknown escape in a string");
  for (int i = 0; i < 4; ++i, ++at)
    if (at == end_ || !is_hex(*at)) return fail_at(at, "a \\u escape without four hex digits");
  return at;
}

/// The next stop, a block at a time. Text that quotes JSON is full of short escapes: within a block
/// they are passed without looking again. Near the end a block is looked at that begins earlier.
const char* json_walk::next_stop(const char* at) const noexcept {
  for (; end_ - at >= block_bytes; at += block_bytes) {
    unsigned stops = string_stops(at);
    const char* stop = at;
    while (stops != 0 && (stop = at + std::countr_zero(stops)) != at + block_bytes - 1 &&
           *stop == '\\' && is_short_escape(stop[1]))
      stops &= ~(3u << (stop - at));
    if (stops != 0) return stop;
  }
  if (end_ - begin_ >= block_bytes) {
    const unsigned stops = string_stops(end_ - block_bytes) >> (block_bytes - (end_ - at));
    return stops == 0 ? end_ : at + std::countr_zero(stops);
  }
  while (at != end_ && !is_string_stop(*at)) ++at;
  return at;
}

const char* json_walk::whole_string(const char* at) noexcept {
  if (seen(at) != '"') return fail_at(at, "a string was expected");
  ++at;
  for (;;) {
    at = next_stop(at);
    if (at == end_) return fail_at(at, "a string does not end");
    if (*at == '"') return at + 1;
    if (*at != '\\') return fail_at(at, "a control character in a string");
    at = escape(at);
    if (at == nullptr) return nullptr;
  }
}

const char* json_walk::digits(const char* at) noexcept {
  if (at == end_ || !is_digit(*at)) return fail_at(at, "a digit was expected");
  while (at != end_ && is_digit(*at)) ++at;
  return at;
}

const char* json_walk::number(const char* at) noexcept {
  if (*at == '-') ++at;
  at = seen(at) == '0' ? at + 1 : digits(at);
  if (at != nullptr && seen(at) == '.') at = digits(at + 1);
  if (at == nullptr || (seen(at) != 'e' && seen(at) != 'E')) return at;
  ++at;
  if (seen(at) == '+' || seen(at) == '-') ++at;
  return digits(at);
}

template <std::size_t Size>
const char* json_walk::literal(const char* at, const char (&word)[Size]) noexcept {
  constexpr std::size_t length = Size - 1;
  if (static_cast<std::size_t>(end_ - at) < length || std::memcmp(at, word, length) != 0)
    return fail_at(at, "a value was expected");
  return at + length;
}

const char* json_walk::scalar(const char* at) noexcept {
  const char first = seen(at);
  switch (first) {
  case '"':
    return string(at);
  case 't':
    return literal(at, "true");
  case 'f':
    return literal(at, "false");
  case 'n':
    return literal(at, "null");
  default:
    if (first != '-' && !is_digit(first)) return fail_at(at, "a value was expected");
    return number(at);
  }
}

bool json_walk::value(text_span& out) noexcept {
  if (fault_ != nullptr) return false;
  const char* const from = spaces(at_);
  const char first = seen(from);
  const char* const behind = first == '{' || first == '[' ? container(from) : scalar(from);
  if (behind == nullptr) return false;
  at_ = behind;
  out = since(from);
  return true;
}

/// Steps over all that is within it, without recursion.
const char* json_walk::container(const char* at) noexcept {
  nesting within;
  for (;;) { // One turn a value, at whose first character `at` stands.
    const char first = seen(at);
    if (first == '{' || first == '[') {
      const bool object = first == '{';
      if (!within.enter(object)) return fail_at(at, "nested too deep");
      at = spaces(at + 1);
      if (seen(at) != (object ? '}' : ']')) {
        if (object && (at = key(at)) == nullptr) return nullptr;
        at = spaces(at);
        continue;
      }
      ++at;
      within.leave();
    } else if ((at = scalar(at)) == nullptr) {
      return nullptr;
    }
    // A value has ended: close what ends with it, then go on to the next one.
    for (; within.depth() != 0; within.leave(), ++at) {
      at = spaces(at);
      const char next = seen(at);
      if (next == ',') break;
      if (next != (within.in_object() ? '}' : ']'))
        return fail_at(at, "a comma or a bracket was expected");
    }
    if (within.depth() == 0) return at;
    at = spaces(at + 1);
    if (!within.in_object()) continue;
    if ((at = key(at)) == nullptr) return nullptr;
    at = spaces(at);
  }
}

} // namespace toolscore::mcp
