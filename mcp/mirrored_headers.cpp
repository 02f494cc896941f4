#include "mcp/mirrored_headers.hpp"

#include "mcp/members.hpp"

#include <algorithm>
#include <cstdint>

namespace toolscore::mcp {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr bool is_space(char x) noexcept {
  return x == ' ' || x == '\t';
}

bool stands_as_it_is(std::string_view value) {
  if (value.empty()) return true;
  if (is_space(value.front()) || is_space(value.back())) return false;
  if (value.starts_with(prefix) && value.ends_with(suffix)) return false;
  return std::all_of(value.begin(), value.end(),
                     [](char x) { return (x >= 0x20 && x < 0x7f) || x == '\t'; });
}

/// Empty = absent, or null.
std::string_view value_at(std::string_view arguments, const std::vector<std::string>& path) {
  for (const auto& name : path) {
    if (!is_object(arguments)) return {};
    arguments = member_of(arguments, name);
  }
  return arguments == "null" ? std::string_view{} : arguments;
}

} // namespace

std::string encode_header(std::string_view value) {
  if (stands_as_it_is(value)) return std::string(value);
  std::string out(prefix);
  for (std::size_t at = 0; at < value.size(); at += 3) {
    const auto part = value.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= part.size() ? digits[bits >> (18 - 6 * i) & 63U] : '=';
  }
  return out.append(suffix);
}

std::vector<std::pair<std::string, std::string>>
mirror_headers(const std::vector<mirrored_argument>& marked, std::string_view arguments) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& x : marked) {
    const auto value = value_at(arguments, x.path);
    if (!value.empty())
      headers.emplace_back("Mcp-Param-" + x.header,
                           encode_header(is_string(value) ? decode(value) : std::string(value)));
  }
  return headers;
}

} // namespace toolscore::mcp
