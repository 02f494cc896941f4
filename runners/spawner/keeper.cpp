#include "runners/spawner/keeper.hpp"

#include "runners/spawner/descendants.hpp"
#include "runners/spawner/namespaces.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

void report(int control, const init_report& what) {
  send(control, &what, sizeof(what), MSG_NOSIGNAL | MSG_DONTWAIT);
}

[[noreturn]] void fail(int control, step at, int error) {
  report(control, {report_kind::failed, at, error, 0, 0, 0});
  _exit(127);
}

[[noreturn]] void end(int code) {
  sweep_descendants();
  _exit(code);
}

/// @returns whether the node asks for the end
bool told_to_end(int signals) {
  bool told = false;
  signalfd_siginfo what;
  while (read(signals, &what, sizeof(what)) == sizeof(what)) told |= what.ssi_signo == SIGTERM;
  return told;
}

/// Who loses its ward adopts the init, which has been told by its parent's death and sweeps. Killed
/// in the middle of that it would leave the tree to its killer alone; so it is let finish.
void let_adopted_init_sweep(int signals) {
  for (int rounds = 0; rounds < 50 && has_child_named("toolscore-init"); ++rounds) {
    pollfd source{signals, POLLIN, 0};
    poll(&source, 1, 10);
    told_to_end(signals);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

/// Ends the keeper once the init has ended, of itself or by somebody's hand.
void reap(pid_t init, int control, int signals) {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid != init) continue;
    if (!WIFSIGNALED(status)) end(WEXITSTATUS(status)); // It has said why.
    report(control, {report_kind::signaled, step::none, WTERMSIG(status), 0, 0, 0});
    let_adopted_init_sweep(signals);
    end(128 + WTERMSIG(status));
  }
}

/// Leaves the sweeping to the init, and does it itself only where the init does not: a keeper that
/// killed the init first and was killed then would leave the tree to nobody.
[[noreturn]] void end_through_init(pid_t init, int control, int signals) {
  kill(init, SIGCONT);
  kill(init, SIGTERM);
  for (int rounds = 0; rounds < 20; ++rounds) {
    pollfd source{signals, POLLIN, 0};
    poll(&source, 1, 100);
    told_to_end(signals); // Once is enough.
    reap(init, control, signals);
  }
  report(control, {report_kind::signaled, step::none, SIGKILL, 0, 0, 0});
  end(128 + SIGKILL);
}

[[noreturn]] void keep(pid_t init, int control, int signals) {
  for (;;) {
    // The orders are the init's to read; the end of the node shows without reading.
    pollfd sources[2] = {{control, 0, 0}, {signals, POLLIN, 0}};
    if (poll(sources, 2, -1) < 0) continue;
    if (told_to_end(signals) || (sources[0].revents & (POLLHUP | POLLERR)) != 0)
      end_through_init(init, control, signals);
    reap(init, control, signals);
  }
}

/// @returns in the child, which is what this process keeps
void split_off(const init_start& start, const char* name) {
  const int control = start.fds[control_fd];
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail(control, step::watch, errno);
  sigset_t heard;
  sigemptyset(&heard);
  sigaddset(&heard, SIGCHLD);
  sigaddset(&heard, SIGTERM);
  const int signals = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) fail(control, step::watch, errno);
  const pid_t keeper = getpid();
  const long init = fork_with(SIGCHLD, nullptr);
  if (init < 0) fail(control, step::fork, static_cast<int>(-init));
  if (init == 0) {
    close(signals);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != keeper) _exit(127);
    return;
  }
  prctl(PR_SET_NAME, name);
  prctl(PR_SET_DUMPABLE, 0);
  for (std::size_t which = plan_fd; which < control_fd; ++which) close(start.fds[which]);
  for (std::size_t which = 0; which < start.joins; ++which) close(start.join_fds[which]);
  if (start.home >= 0) close(start.home);
  keep(static_cast<pid_t>(init), control, signals);
}

} // namespace

void split_off_keepers(const init_start& start) {
  split_off(start, "toolscore-keep");
  split_off(start, "toolscore-ward");
}

} // namespace toolscore::spawner
