#include "mcp/answer_id.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <charconv>

namespace toolscore::mcp {

std::optional<std::int64_t> answered_id(std::string_view start_of_message) {
  std::optional<std::int64_t> id;
  bool answers = false;
  json_walk walk(start_of_message);
  text_span whole;
  walk.object(whole, [&](std::string_view key) {
    if (says(key, "method")) {
      id.reset();
      return false;
    }
    if (says(key, "result") || says(key, "error")) {
      answers = true;
      return false; // Its value is what made the line so long.
    }
    text_span value;
    if (!walk.value(value)) return false;
    if (!says(key, "id")) return true;
    const auto raw = value.of(start_of_message);
    std::int64_t number = 0;
    const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != raw.data() + raw.size()) return false;
    id = number;
    return true;
  });
  return answers ? id : std::nullopt;
}

} // namespace toolscore::mcp
