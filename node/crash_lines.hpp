#pragma once
#include "node/reply_json.hpp"
#include "node/wall_time.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// The newest report in an answer to GET .../crashes; null where it holds none.
/// @returns nothing where the text is no such answer
std::optional<reply_json> last_crash(std::string_view body);

/// One crash report as a few lines for people: when and why, then what was known of the instance,
/// what was lost and what followed.
/// @param report null = there is none; a text = why it is not known
/// @param log    what was shown of the server's log before: the report's own lines are left out
///               where they end in the same one
std::string crash_lines(const reply_json& report, std::string_view log, wall_time now);

} // namespace toolscore
