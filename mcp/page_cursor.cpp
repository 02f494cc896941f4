#include "mcp/page_cursor.hpp"

#include "mcp/hash.hpp"

#include <charconv>

namespace toolscore::mcp {
namespace {

constexpr std::size_t number_digits = 16;

std::string seal(std::string_view place, served_list kind, const cursor_key& key) {
  std::string text(words_of(kind).method);
  text.append(" ").append(key.endpoint).append(" ").append(place);
  return hex(siphash(key.secret, text));
}

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return fault == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::string write_cursor(const page_place& at, served_list kind, const cursor_key& key) {
  std::string place = hex(at.generation) + hex(at.offset);
  return place + seal(place, kind, key);
}

std::optional<page_place> read_cursor(std::string_view cursor, served_list kind,
                                      const cursor_key& key) {
  if (cursor.size() != 3 * number_digits) return std::nullopt;
  const auto place = cursor.substr(0, 2 * number_digits);
  if (cursor.substr(place.size()) != seal(place, kind, key)) return std::nullopt;
  page_place at;
  if (!read_number(place.substr(0, number_digits), at.generation) ||
      !read_number(place.substr(number_digits), at.offset))
    return std::nullopt;
  if (hex(at.generation) + hex(at.offset) != place) return std::nullopt; // As we write it alone.
  return at;
}

} // namespace toolscore::mcp
