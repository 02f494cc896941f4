#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace toolscore {

struct memory_range {
  std::uintptr_t from = 0;
  std::uintptr_t to = 0; ///< Behind its last byte.

  friend bool operator==(const memory_range&, const memory_range&) = default;
};

/// Which mappings of a process are nothing but what stands in a file: private, never written, no
/// page of them changed (the loader's relocations are). Their pages can be given back at any time;
/// whoever needs one again finds it in the file's cache.
/// @param smaps  /proc/PID/smaps; what cannot be read is left out (proc(5))
std::vector<memory_range> file_copies(std::string_view smaps);

} // namespace toolscore
