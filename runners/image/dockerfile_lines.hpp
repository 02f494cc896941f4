#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One instruction of a Dockerfile.
struct dockerfile_line {
  std::size_t line = 0; ///< Where it begins, from 1.
  std::string text;     ///< On one line, blanks as one.
};

/// What a step of an engine's build says of itself.
struct build_step {
  std::size_t stage = 0; ///< "[2/3]": of several; 0 = it does not say.
  std::size_t number = 0;
  std::size_t count = 0;
  std::string text; ///< The instruction, blanks as one.
};

/// The instructions in order; a file's first 10,000. Pure, as all here.
std::vector<dockerfile_line> dockerfile_lines(std::string_view text);

/// The instruction of a step, by its text, and by its number where there are several such; null
/// where there is none, as for what the engine adds of its own.
const dockerfile_line* line_of(const std::vector<dockerfile_line>& all, const build_step& step);

/// Blanks as one, none at the ends.
std::string with_single_blanks(std::string_view text);

} // namespace toolscore
