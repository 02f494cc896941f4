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
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ == end_ ? '\0' : *at_;
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
  /// Most strings end within the first block and hold nothing to look at.
  bool string() noexcept {
    if (end_ - at_ > block_bytes && *at_ == '"') {
      const unsigned stops = string_stops(at_ + 1);
      const char* const stop = at_ + 1 + std::countr_zero(stops | 1U << (block_bytes - 1));
      if (stops != 0 && *stop == '"') {
        at_ = stop + 1;
        return true;
      }
    }
    return whole_string();
  }
  bool whole_string() noexcept;
  bool escape() noexcept;
  bool stopped(bool& good) noexcept;
  bool key(std::string_view& raw) noexcept {
    if (fault_ != nullptr) return false;
    peek();
    const char* from = at_;
    if (!string()) return false;
    raw = {from, static_cast<std::size_t>(at_ - from)};
    return take(':', "a colon was expected");
  }
  bool number() noexcept;
  bool digits() noexcept;
  template <std::size_t Size>
  bool literal(const char (&word)[Size]) noexcept;
  bool scalar(char first) noexcept;
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
  } else {
    do {
      std::string_view raw;
      if (!key(raw) || !member(raw)) return fail("a member's value is missing");
    } while (peek() == ',' && take(',', ""));
    if (!take('}', "a comma or } was expected")) return false;
  }
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
  } else {
    do {
      if (!item()) return fail("an item's value is missing");
    } while (peek() == ',' && take(',', ""));
    if (!take(']', "a comma or ] was expected")) return false;
  }
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
