#pragma once
#include <cstddef>
#include <string_view>

namespace toolscore {

/// Columns of the terminal that stdout is; 0 = stdout is none.
std::size_t terminal_width();

/// Writes all of it to stdout at once. @returns false if stdout did not take it
bool write_output(std::string_view text);
void write_error(std::string_view text);

} // namespace toolscore
