#include "mcp/era.hpp"

#include <array>
#include <cstdint>

namespace toolscore::mcp {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr int no_digit = -1;

int digit_of(char x) noexcept {
  if (x >= 'A' && x <= 'Z') return x - 'A';
  if (x >= 'a' && x <= 'z') return x - 'a' + 26;
  if (x >= '0' && x <= '9') return x - '0' + 52;
  if (x == '+') return 62;
  return x == '/' ? 63 : no_digit;
}

/// Standard alphabet, padding required, unused bits zero: one spelling a value.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size());
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char x : text) {
    const int digit = digit_of(x);
    if (digit == no_digit) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
    bits &= (1u << held) - 1;
  }
  if (bits != 0) return std::nullopt;
  return out;
}

} // namespace

std::optional<std::string> decode_header(std::string_view value) {
  value = trimmed(value);
  const bool marked = value.size() >= prefix.size() + suffix.size() && value.starts_with(prefix) &&
                      value.ends_with(suffix);
  if (!marked) return std::string(value);
  return decode_base64(value.substr(prefix.size(), value.size() - prefix.size() - suffix.size()));
}

} // namespace toolscore::mcp
