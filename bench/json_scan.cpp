#include "bench/json_scan.hpp"

#include <cstring>

namespace toolscore {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// A place in the text that only moves forward; `at == text.size()` is its end.
struct cursor {
  std::string_view text;
  std::size_t at = 0;

  bool done() const noexcept { return at >= text.size(); }
  char peek() const noexcept { return done() ? '\0' : text[at]; }
  void skip_space() noexcept {
    while (!done() && is_space(text[at])) ++at;
  }
  bool take(char wanted) noexcept {
    skip_space();
    if (peek() != wanted) return false;
    ++at;
    return true;
  }

  /// From an opening quote to behind the closing one.
  bool skip_string() noexcept {
    for (++at; !done(); ++at) {
      const void* found = std::memchr(text.data() + at, '"', text.size() - at);
      if (found == nullptr) return false;
      const std::size_t quote =
          static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
      std::size_t escapes = 0;
      while (quote - escapes > at && text[quote - escapes - 1] == '\\') ++escapes;
      at = quote;
      if (escapes % 2 == 0) {
        ++at;
        return true;
      }
    }
    return false;
  }

  bool skip_nested() noexcept {
    std::size_t depth = 0;
    while (!done()) {
      const char c = text[at];
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      ++at;
      if (c == '{' || c == '[')
        ++depth;
      else if ((c == '}' || c == ']') && --depth == 0)
        return true;
    }
    return false;
  }

  /// The raw value that begins here, without the space around it; empty if there is none.
  std::string_view take_value() noexcept {
    skip_space();
    const std::size_t begin = at;
    const char c = peek();
    bool whole = true;
    if (c == '"')
      whole = skip_string();
    else if (c == '{' || c == '[')
      whole = skip_nested();
    else
      while (!done() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' &&
             text[at] != ']')
        ++at;
    return whole ? text.substr(begin, at - begin) : std::string_view{};
  }
};

} // namespace

bool scan_object(std::string_view text, std::span<json_member> wanted) noexcept {
  cursor here{text};
  if (!here.take('{')) return false;
  if (here.take('}')) return true;
  std::size_t missing = wanted.size();
  do {
    here.skip_space();
    if (here.peek() != '"') return false;
    const std::string_view key = unquoted(here.take_value());
    if (!here.take(':')) return false;
    const std::string_view value = here.take_value();
    if (value.empty()) return false;
    for (auto& member : wanted)
      if (member.value.empty() && member.key == key) {
        member.value = value;
        if (--missing == 0) return true;
        break;
      }
  } while (here.take(','));
  return here.take('}');
}

std::optional<std::string_view> find_member(std::string_view text, std::string_view key) noexcept {
  json_member wanted{key};
  if (!scan_object(text, {&wanted, 1}) || wanted.value.empty()) return std::nullopt;
  return wanted.value;
}

std::string_view unquoted(std::string_view raw) noexcept {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  return raw.substr(1, raw.size() - 2);
}

} // namespace toolscore
