#pragma once
#include <cstdlib>
#include <dirent.h>
#include <sys/types.h>

namespace toolscore::spawner {

/// Calls `what` with the pid of each process, not of each thread, that /proc lists.
template <class What>
void each_process(What what) {
  DIR* const proc = opendir("/proc");
  if (proc == nullptr) return;
  while (const dirent* entry = readdir(proc))
    if (const int pid = std::atoi(entry->d_name); pid > 0) what(pid_t{pid});
  closedir(proc);
}

/// For an init without a PID namespace, which is its tree's subreaper: everything that descends
/// from the server stays below it in /proc.
/// Sends `signal` to every descendant of the caller. @returns how many it reached
int signal_descendants(int signal);

/// Whether a child of the caller bears `name`; false where the kernel does not list children.
bool has_child_named(const char* name);

/// Kills descendants until the caller has no child left, reaping as it goes.
void sweep_descendants();

} // namespace toolscore::spawner
