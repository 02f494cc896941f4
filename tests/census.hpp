#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace toolscore::test {

/// A process that is alive: zombies are dead and not counted.
struct counted_process {
  long pid = 0;
  std::string command; ///< Its arguments, or its name in brackets where it has none.
};

/// A marker no other test has. Put `census_variable` = marker into a plan's environment: every
/// descendant inherits it. Set in a node's own environment, its spawner and inits carry it too.
inline constexpr const char* census_variable = "TOOLSCORE_CENSUS";
std::string new_census_marker();

/// The live processes of the whole machine that carry the marker. One that is in the middle of its
/// exec shows no environment for a moment: wait for a number, do not expect it at once.
std::vector<counted_process> census(const std::string& marker);

/// The same by any "NAME=value" of their environment: what a node installs with gets its HOME and
/// not the marker.
std::vector<counted_process> processes_with(const std::string& assignment);

/// Counts until nothing is left or the limit has passed. @returns the last count
std::vector<counted_process> wait_for_empty_census(const std::string& marker,
                                                   std::chrono::milliseconds limit);

/// "12 (cat), 13 (sleep 100)": for the message of a test that failed.
std::string to_string(const std::vector<counted_process>& found);

} // namespace toolscore::test
