#pragma once
#include "runners/spawner/protocol.hpp"

namespace toolscore::spawner {

/// A plan as execve wants it. The pointers lead into the mapped memfd; both live until `unmap`.
struct mapped_plan {
  const char* cwd = nullptr;
  char** argv = nullptr;
  char** environment = nullptr;
  std::uint32_t files_max = 0;
  bool own_cwd = false;
  void* text = nullptr;
  std::size_t text_bytes = 0;
  void* tables = nullptr;
  std::size_t table_bytes = 0;
};

/// Maps the plan in `fd`. Only the init reads it, so no plan's secrets stay in the spawner.
/// @returns 0 or an errno
int map_plan(int fd, mapped_plan& plan);
void unmap_plan(mapped_plan& plan);

} // namespace toolscore::spawner
