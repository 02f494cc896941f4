#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::house {

/// The text with comments and the insides of literals blanked out, so that what is left is code.
/// Lines keep their numbers, and include directives keep their names.
std::string code_of(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);

struct include_line {
  std::size_t line = 0; ///< From 1.
  std::string name;     ///< Without its brackets or quotes.
  bool ours = false;    ///< In quotes.
};
std::vector<include_line> includes_of(std::string_view code);

} // namespace toolscore::house
