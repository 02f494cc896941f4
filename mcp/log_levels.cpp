#include "mcp/log_levels.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"

#include <algorithm>
#include <array>

namespace toolscore::mcp {

namespace {

constexpr std::array<std::string_view, 8> levels{"debug", "info",     "notice", "warning",
                                                 "error", "critical", "alert",  "emergency"};

} // namespace

std::string_view log_level_name(std::uint8_t severity) noexcept {
  return levels[severity & 7U];
}

std::string log_level_line(std::int64_t id, std::string_view level) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"logging/setLevel","params":{"level":)" + quote(level) + "}}";
}

std::optional<std::uint8_t> log_severity(std::string_view level) noexcept {
  const auto* const at = std::find(levels.begin(), levels.end(), level);
  if (at == levels.end()) return std::nullopt;
  return static_cast<std::uint8_t>(at - levels.begin());
}

std::string log_level_of(std::string_view object_text) {
  auto level = decode(member_of(object_text, "level"));
  return log_severity(level) ? level : std::string{};
}

} // namespace toolscore::mcp
