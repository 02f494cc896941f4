#include "node/printable.hpp"

namespace toolscore {
namespace {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 1; ///< In the text.
  bool valid = false;
};

code_point first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  char32_t value = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0u) != 0x80u) return {};
    value = (value << 6) | (next & 0x3fu);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, bytes, true};
}

/// C0, C1, and what turns the direction of writing: none may reach a terminal.
bool harmful(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::size_t columns_of(char32_t c) {
  const bool combining = c >= 0x300 && c < 0x370;
  const bool wide = (c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
                    (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
                    (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
                    (c >= 0x1f300 && c < 0x1f650) || (c >= 0x20000 && c < 0x3fffe);
  return combining ? 0 : wide ? 2 : 1;
}

} // namespace

std::string printable(std::string_view text, line_breaks breaks) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    const bool kept = breaks == line_breaks::keep && (next.value == '\n' || next.value == '\t');
    if (!next.valid)
      out += "\xef\xbf\xbd";
    else if (harmful(next.value) && !kept)
      out += next.value == '\n' || next.value == '\t' || next.value == '\r' ? ' ' : '?';
    else
      out += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto next = first_of(text);
    columns += next.valid ? columns_of(next.value) : 1;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (width == 0 || display_width(text) <= width) return std::string(text);
  std::size_t columns = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto next = first_of(text.substr(bytes));
    const std::size_t wanted = next.valid ? columns_of(next.value) : 1;
    if (columns + wanted > width - 1) break;
    columns += wanted;
    bytes += next.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

} // namespace toolscore
