#include "reason/bounded_json.hpp"

namespace toolscore::reason {
namespace {

/// What is read as a tree is walked by recursion: its depth is looked at before.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char x = text[i];
    if (inside) {
      if (x == '\\') ++i;
      if (x == '"') inside = false;
    } else if (x == '"') {
      inside = true;
    } else if (x == '{' || x == '[') {
      if (++depth > depth_max) return true;
    } else if ((x == '}' || x == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

} // namespace

std::optional<json> read_json(std::string_view text) {
  if (too_deep(text)) return std::nullopt;
  auto value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

} // namespace toolscore::reason
