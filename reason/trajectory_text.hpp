#pragma once
#include "reason/task_record.hpp"

#include <cstddef>
#include <string>

namespace toolscore::reason {

inline constexpr std::size_t kept_bytes_max = std::size_t{256} << 10U; ///< Of each text and result.

/// One line of docs/trajectories.md's "Task trajectories", without its newline.
std::string trajectory_line(const task& what, const task_record& record);

/// "2026-01-02T03:04:05.678Z"
std::string time_text(std::chrono::system_clock::time_point at);

} // namespace toolscore::reason
