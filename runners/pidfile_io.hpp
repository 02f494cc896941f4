#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

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
