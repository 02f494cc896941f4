#pragma once
#include "mcp/text_search.hpp"
#include "messages/envelope.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace toolscore::mcp {

/// Walks over a JSON text once, from left to right, checks its whole grammar and builds nothing.
/// After a fault every step fails. Spans are relative to the text's beginning. UTF-8 is not its
/// business.
class json_walk {
public:
  /// Nesting that is accepted below the point where value() was called.
  static constexpr std::size_t nesting_max = 512;

  explicit json_walk(std::string_view text) noexcept
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// The next character that is no space; 0 at the end.
  char peek() noexcept {
    at_ = spaces(at_);
    return seen(at_);
  }
  /// Steps over one value of any kind.
  bool value(text_span& out) noexcept;
  /// Steps over an object. For each member `member(raw_key)` is called, which must step over its
  /// value and tell whether it could.
  template <class Member>
  bool object(text_span& out, Member&& member);
  /// Steps over an array; `item()` must step over one item.
  template <class Item>
  bool array(text_span& out, Item&& item);
  /// Nothing but spaces is left.
  bool at_end() noexcept { return fault_ == nullptr && peek() == '\0' && at_ == end_; }

  /// What is wrong, null if nothing is.
  const char* fault() const noexcept { return fault_; }
  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  bool fail(const char* why) noexcept {
    if (fault_ == nullptr) fault_ = why;
    return false;
  }

private:
  // The steps below take where they begin and give where they end, null after a fault: the place is
  // kept in a register, not in memory.
  const char* spaces(const char* at) const noexcept {
    if (at != end_ && static_cast<unsigned char>(*at) > ' ') return at; // As good as always.
    return many_spaces(at);
  }
  const char* many_spaces(const char* at) const noexcept;
  char seen(const char* at) const noexcept { return at == end_ ? '\0' : *at; }
  /// Most strings end within the first block and hold nothing to look at.
  const char* string(const char* at) noexcept {
    if (end_ - at > block_bytes && *at == '"') {
      const unsigned stops = string_stops(at + 1);
      const char* const stop = at + 1 + std::countr_zero(stops | 1U << (block_bytes - 1));
      if (stops != 0 && *stop == '"') return stop + 1;
    }
    return whole_string(at);
  }
  const char* whole_string(const char* at) noexcept;
  const char* next_stop(const char* at) const noexcept;
  const char* escape(const char* at) noexcept;
  /// Steps over a string and the colon behind it; `at` stands behind the spaces before it.
  const char* key(const char* at) noexcept {
    at = string(at);
    if (at == nullptr) return nullptr;
    at = spaces(at);
    return seen(at) == ':' ? at + 1 : fail_at(at, "a colon was expected");
  }
  const char* container(const char* at) noexcept;
  const char* number(const char* at) noexcept;
  const char* digits(const char* at) noexcept;
  template <std::size_t Size>
  const char* literal(const char* at, const char (&word)[Size]) noexcept;
  const char* scalar(const char* at) noexcept;
  const char* fail_at(const char* at, const char* why) noexcept {
    at_ = at;
    fail(why);
    return nullptr;
  }
  bool key(std::string_view& raw) noexcept {
    const char* const from = spaces(at_);
    const char* const behind = string(from);
    if (behind == nullptr) return false;
    raw = {from, static_cast<std::size_t>(behind - from)};
    at_ = behind;
    return take(':', "a colon was expected");
  }
  bool take(char wanted, const char* why) noexcept {
    if (fault_ != nullptr || peek() != wanted) return fail(why);
    ++at_;
    return true;
  }
  text_span since(const char* from) const noexcept {
    return {static_cast<std::uint32_t>(from - begin_), static_cast<std::uint32_t>(at_ - from)};
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* fault_ = nullptr;
};

template <class Member>
bool json_walk::object(text_span& out, Member&& member) {
  peek();
  const char* from = at_;
  if (!take('{', "an object was expected")) return false;
  if (peek() == '}') {
    ++at_;
    out = since(from);
    return true;
  }
  for (;; ++at_) {
    std::string_view raw;
    if (!key(raw) || !member(raw)) return fail("a member's value is missing");
    if (peek() != ',') break;
  }
  if (!take('}', "a comma or } was expected")) return false;
  out = since(from);
  return true;
}

template <class Item>
bool json_walk::array(text_span& out, Item&& item) {
  peek();
  const char* from = at_;
  if (!take('[', "an array was expected")) return false;
  if (peek() == ']') {
    ++at_;
    out = since(from);
    return true;
  }
  for (;; ++at_) {
    if (!item()) return fail("an item's value is missing");
    if (peek() != ',') break;
  }
  if (!take(']', "a comma or ] was expected")) return false;
  out = since(from);
  return true;
}

/// Calls `member(raw_key, raw_value)` for each member of `object_text`, until it answers false or
/// the text stops being a JSON object.
template <class Member>
void for_members(std::string_view object_text, Member&& member) {
  json_walk walk(object_text);
  text_span whole;
  walk.object(whole, [&](std::string_view raw_key) {
    text_span span;
    return walk.value(span) && member(raw_key, span.of(object_text));
  });
}

} // namespace toolscore::mcp
