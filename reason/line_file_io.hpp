#pragma once
#include "messages/error.hpp"

#include <string>

namespace toolscore::reason {

/// A file to which whole lines are added, by one write each. Blocks.
class line_file {
public:
  /// Makes it where it is not there, for its owner alone.
  /// @error io_failed
  static result<line_file> open(const std::string& path);
  line_file(line_file&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  line_file& operator=(line_file&&) = delete;
  ~line_file();

  /// @param line  without its newline
  /// @error io_failed  not all of it could be written
  result<done> add(std::string line);

private:
  explicit line_file(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

} // namespace toolscore::reason
