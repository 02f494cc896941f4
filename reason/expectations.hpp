#pragma once
#include "reason/task.hpp"

#include <string>

namespace toolscore::reason {

/// Whether a call came to what was expected of it.
/// @returns what is not as expected, in one line; empty = all is
std::string unmet(const call_expectation& expected, const call_answer& answer);

/// The same of a model's last answer alone.
std::string unmet(const answer_expectation& expected, const std::string& answer);

/// "success", "a failure (tool_error)": what was expected, for people.
std::string expected_text(const call_expectation& expected);

} // namespace toolscore::reason
