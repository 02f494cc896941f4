#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace toolscore {

/// Microseconds since 1970, as times are stored.
inline std::int64_t to_microseconds(std::chrono::system_clock::time_point at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

inline std::chrono::system_clock::time_point from_microseconds(std::int64_t count) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(count));
}

/// "2025-07-13T12:00:00.123456Z".
std::string timestamp_text(std::int64_t microseconds);

} // namespace toolscore
