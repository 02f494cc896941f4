#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <fstream>
#include <istream>
#include <string>

namespace toolscore {

/// The lines of an exported file, or of stdin, one in memory at a time. Blocks.
class record_lines {
public:
  static constexpr std::size_t line_bytes_max =
      1u << 20; ///< Two texts of 64 KiB, as JSON, and all else.

  /// @param file  "-" is stdin
  /// @error io_failed it cannot be opened
  static result<record_lines> open(const std::string& file);

  /// @returns false at the end, and where a line is longer than a record can be: see problem()
  bool next(std::string& line);
  /// What is wrong with the line behind the last one, in one line; empty = nothing is.
  const std::string& problem() const noexcept { return problem_; }

private:
  record_lines() = default;
  std::istream& from();

  std::ifstream file_;
  bool is_stdin_ = false;
  std::string problem_;
};

} // namespace toolscore
