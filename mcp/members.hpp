#pragma once
#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <string_view>

namespace toolscore::mcp {

// For the few places beside the call path that look into an object; a call itself is scanned once.

/// The raw value of a member, empty where there is none.
inline std::string_view member_of(std::string_view object_text, std::string_view name) {
  std::string_view found;
  for_members(object_text, [&](std::string_view key, std::string_view value) {
    if (!says(key, name)) return true;
    found = value;
    return false;
  });
  return found;
}

constexpr bool is_object(std::string_view raw_value) noexcept {
  return !raw_value.empty() && raw_value.front() == '{';
}
constexpr bool is_string(std::string_view raw_value) noexcept {
  return !raw_value.empty() && raw_value.front() == '"';
}

} // namespace toolscore::mcp
