#pragma once
#include "runners/leftover.hpp"
#include "runners/proc_io.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace toolscore::test {

/// A child of the test's own that sleeps in a session of its own, as one that has outlived its
/// node; killed and reaped with this.
struct sleeper {
  sleeper() : pid(::fork()) {
    if (pid != 0) return;
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // It outlives a node, not the test.
    for (;;) ::pause();
  }
  ~sleeper() {
    if (reaped) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  sleeper(const sleeper&) = delete;
  sleeper& operator=(const sleeper&) = delete;

  process_mark mark() const { return {pid, start_time_of(pid), boot_id()}; }
  /// The signal that it died of, told once; 0 = it lives.
  int death() {
    int status = 0;
    reaped = ::waitpid(pid, &status, WNOHANG) == pid;
    return reaped && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  pid_t pid;
  bool reaped = false;
};

} // namespace toolscore::test
