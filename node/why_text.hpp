#pragma once
#include "node/reply_json.hpp"
#include "node/wall_time.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// What a person can do about a server in this state, one line.
std::string next_step(const reply_json& server);

/// One server's state, reason, numbers, last log lines, last crash (node/crash_lines.hpp) and next
/// step in one answer for people.
std::string why_text(const reply_json& server, std::string_view log, const reply_json& crash,
                     wall_time now);

/// The same for programs: {"server": ..., "log": [...], "crash": ..., "next_step": ...}; a crash
/// that is not known is {"error": why}.
std::string why_json(const reply_json& server, std::string_view log, const reply_json& crash);

} // namespace toolscore
