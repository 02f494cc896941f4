#pragma once
#include <string>

namespace toolscore {

/// Where the figures were taken.
struct machine_facts {
  std::string processor;
  std::string kernel;
  unsigned cores = 0;
  std::string load_average; ///< When the run began.
};
machine_facts read_machine();

/// Resident memory of a process in KiB; 0 if it cannot be read.
long resident_kib(int pid);

} // namespace toolscore
