#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace toolscore {

inline constexpr std::chrono::milliseconds duration_max = std::chrono::hours(24 * 365);

/// "200ms", "30s", "5m", "1h", "1.5s", or a number of milliseconds. At most a year.
/// @error bad_config negative, absurd or no duration; the detail does not hold the place
result<std::chrono::milliseconds> parse_duration(const nlohmann::ordered_json& value);

/// The shortest text that parse_duration reads back: "30s", "1500ms".
std::string duration_text(std::chrono::milliseconds value);

} // namespace toolscore
