#pragma once
#include "node/reply_json.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

using wall_time = std::chrono::system_clock::time_point;

/// A point in time as the node writes it: "2026-01-02T03:04:05.678Z", or milliseconds since 1970.
std::optional<wall_time> read_wall_time(const reply_json& value);

/// A moment as a person writes it: as above, or how long ago, "90s", "15m", "2h", "3d".
std::optional<wall_time> read_moment(std::string_view text, wall_time now);

/// "3m12s": the two largest units. Negative times, as of a clock set back, are "0s".
std::string age_text(std::chrono::milliseconds age);

/// How long ago; "-" where the time is unknown.
std::string age_of(const reply_json& since, wall_time now);

/// "03:04:05" in UTC; "-" where it is unknown.
std::string clock_text(const reply_json& at);

} // namespace toolscore
