#pragma once
#include "runners/spawner/protocol.hpp"

namespace toolscore::spawner {

/// A plan as execve wants it. The pointers lead into a copy of the memfd; both live until `unmap`.
struct mapped_plan {
  const char* cwd = nullptr;
  char** argv = nullptr;
  char** environment = nullptr;
  std::uint32_t files_max = 0;
  bool own_cwd = false;
  bool may_gain = false;
  char** orders = nullptr; ///< Ends with a null, as the two above.
  void* memory = nullptr;  ///< The pointers and the text.
  std::size_t bytes = 0;
};

/// Copies the plan in `fd`. Only the init reads it, so no plan's secrets stay in the spawner.
/// @returns 0 or an errno
int map_plan(int fd, mapped_plan& plan);
void unmap_plan(mapped_plan& plan);

} // namespace toolscore::spawner
