#pragma once
#include "runners/descriptor_io.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// A log file that is rotated by size: PATH, PATH.1 (newer) to PATH.9. Failing writes (a full
/// disk) never stop the caller: what could not be written is counted, and the next write tries
/// anew.
class log_file {
public:
  explicit log_file(std::string path, std::uint64_t file_bytes_max = 10U << 20U,
                    unsigned files_max = 10);

  void append(std::string_view text);
  std::uint64_t bytes_lost() const { return lost_; }

private:
  bool open();
  void rotate();

  std::string path_; ///< Empty: nothing is written.
  std::uint64_t file_bytes_max_;
  unsigned files_max_;
  descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t lost_ = 0;
};

} // namespace toolscore
