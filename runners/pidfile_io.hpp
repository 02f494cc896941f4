#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

/// The start time of a process in clock ticks since boot: with pid and boot id it names one
/// process for ever. 0 when there is no such process.
std::uint64_t start_time_of(std::int64_t pid);

/// "pid starttime boot_id\n", written whole or not at all, and removed again only while it is
/// still the file that was written.
class pidfile {
public:
  /// @error spawn_failed  the file could not be written
  result<done> write(const std::string& path, std::int64_t pid);
  void remove();

private:
  std::string path_;
  std::uint64_t inode_ = 0;
};

} // namespace toolscore
