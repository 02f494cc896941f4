#include "mcp/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace toolscore::mcp {
namespace {

unsigned hex_value(char x) noexcept {
  if (x >= '0' && x <= '9') return static_cast<unsigned>(x - '0');
  return static_cast<unsigned>((x | 0x20) - 'a') + 10;
}

/// The four digits at `at`; the text is valid JSON, so they are there.
std::uint32_t code_unit(std::string_view text, std::size_t at) noexcept {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < 4 && at + i < text.size(); ++i)
    unit = unit << 4 | (hex_value(text[at + i]) & 15);
  return unit;
}

void append_utf8(std::string& out, std::uint32_t x) {
  const auto put = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (x < 0x80) {
    put(x);
  } else if (x < 0x800) {
    put(0xc0 | x >> 6), put(0x80 | (x & 0x3f));
  } else if (x < 0x10000) {
    put(0xe0 | x >> 12), put(0x80 | (x >> 6 & 0x3f)), put(0x80 | (x & 0x3f));
  } else {
    put(0xf0 | x >> 18), put(0x80 | (x >> 12 & 0x3f)), put(0x80 | (x >> 6 & 0x3f));
    put(0x80 | (x & 0x3f));
  }
}

/// Reads the escape whose `u` is at `at`, and its second half; @returns where to go on.
std::size_t append_unicode(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::uint32_t replacement = 0xfffd;
  const std::uint32_t unit = code_unit(text, at + 1);
  at += 5;
  if (unit < 0xd800 || unit > 0xdfff) {
    append_utf8(out, unit);
    return at;
  }
  if (unit < 0xdc00 && text.substr(at, 2) == "\\u") {
    const std::uint32_t low = code_unit(text, at + 2);
    if (low >= 0xdc00 && low <= 0xdfff) {
      append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      return at + 6;
    }
  }
  append_utf8(out, replacement);
  return at;
}

} // namespace

std::string decode(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  raw = raw.substr(1, raw.size() - 2);
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t slash = raw.find('\\', at);
    out.append(raw.substr(at, slash == std::string_view::npos ? slash : slash - at));
    if (slash == std::string_view::npos || slash + 1 >= raw.size()) break;
    at = slash + 1;
    switch (raw[at]) {
    case 'b':
      out += '\b';
      break;
    case 'f':
      out += '\f';
      break;
    case 'n':
      out += '\n';
      break;
    case 'r':
      out += '\r';
      break;
    case 't':
      out += '\t';
      break;
    case 'u':
      at = append_unicode(out, raw, at);
      continue;
    default:
      out += raw[at];
    }
    ++at;
  }
  return out;
}

std::string quote(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char x) {
    return x >= 0x20 && x < 0x7f && x != '"' && x != '\\';
  });
  if (plain) return std::string("\"").append(text).append("\"");
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool says_decoded(std::string_view raw, std::string_view text) {
  return raw.find('\\') != std::string_view::npos && decode(raw) == text;
}

} // namespace toolscore::mcp
