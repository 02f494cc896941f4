#pragma once
#include "actors/call_table.hpp"
#include "messages/crash.hpp"
#include "messages/server_state.hpp"
#include "messages/supervision.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

// How a crash report is made. Pure: time is an argument.

struct crash_limits {
  std::size_t lines_max = 20;
  std::size_t line_bytes_max = 500;
  std::size_t log_bytes_max = 16u << 10; ///< The lines are looked for in so much of the log's end.
  std::size_t calls_max = 16;
  std::size_t name_bytes_max = 128; ///< Of a tool's name and of each id.
};

/// What its owner knows of an instance when it ends.
struct crash_facts {
  server_id server;
  std::uint64_t instance = 0;
  std::int64_t pid = 0;
  gone_reason reason;
  std::optional<std::chrono::milliseconds> uptime; ///< Empty: it never ran.
  bool was_ready = false;
  std::chrono::system_clock::time_point at;
  std::string log;      ///< The end of its log.
  bool log_cut = false; ///< Its first line may have lost its beginning.
};

/// The report, with everything but what is decided about it. Nothing for an end that was ordered.
std::optional<crash_report> draft_crash(const crash_facts& facts,
                                        std::span<const pending_call> lost,
                                        const crash_limits& limits = {});

/// Enters the supervisor's decision, which follows the end.
/// @returns false for an end that finishes the server with success: that is no crash
bool decide_crash(crash_report& draft, const child_report& decision, bool succeeded);

/// One line of a log, to be shown: secrets are looked for before it is cut to `bytes_max`, for the
/// cut could take away what they are known by.
std::string line_without_secrets(std::string_view line, std::size_t bytes_max);

/// The last lines without secrets, each then cut. A first line that has lost its beginning is left
/// out, for the name of a secret may have stood there.
std::vector<std::string> crash_lines(std::string_view log, bool cut, const crash_limits& limits);

/// What the event server.crashed tells: numbers and short texts, no line of the log.
std::map<std::string, std::string> crash_fields(const crash_report& report);

} // namespace toolscore
