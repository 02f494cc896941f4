#include "config/quantity.hpp"

#include <charconv>

namespace toolscore {

std::optional<quantity> parse_quantity(std::string_view text) {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  if (text.size() <= begin || text[begin] < '0' || text[begin] > '9') return std::nullopt;
  quantity found;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, found.number, std::chars_format::fixed);
  if (parsed.ec != std::errc{}) return std::nullopt;
  std::string_view rest(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  found.unit = rest;
  return found;
}

} // namespace toolscore
