#include "mcp/log_levels.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"

#include <algorithm>
#include <array>

namespace toolscore::mcp {

std::optional<std::uint8_t> log_severity(std::string_view level) noexcept {
  static constexpr std::array<std::string_view, 8> levels{
      "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};
  const auto* const at = std::find(levels.begin(), levels.end(), level);
  if (at == levels.end()) return std::nullopt;
  return static_cast<std::uint8_t>(at - levels.begin());
}

std::string log_level_of(std::string_view object_text) {
  auto level = decode(member_of(object_text, "level"));
  return log_severity(level) ? level : std::string{};
}

} // namespace toolscore::mcp
