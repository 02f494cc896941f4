#pragma once
#include "messages/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

inline constexpr std::size_t env_file_bytes_max = 64 * 1024;

/// The variables of a file as VS Code's `envFile` names one: NAME=VALUE a line, "export " before
/// it, blank lines and those that begin with '#' are left out. In "..." \n, \" and \\ are read,
/// '...' is as it is; what stands in neither ends before " #". Nothing is expanded.
/// @error bad_config  the line that is none of these, by its number and without its text
result<std::vector<std::pair<std::string, std::string>>> read_env_file(std::string_view text);

} // namespace toolscore
