#include "runners/spawner/init.hpp"

#include "runners/spawner/descendants.hpp"
#include "runners/spawner/keeper.hpp"
#include "runners/spawner/kept.hpp"
#include "runners/spawner/namespaces.hpp"
#include "runners/spawner/passing.hpp"
#include "runners/spawner/pidfd.hpp"
#include "runners/spawner/server_start.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

struct init {
  hold held;
  int control; ///< -1 while a kept tree has no node.
  int signals = -1;
  pid_t server = -1;
  int last_pid = -1;
  kept_tree* kept = nullptr; ///< What outlives its node.
};

[[noreturn]] void end(const init& self, int code) {
  // Inside a PID namespace the kernel kills the rest; without one it is up to us.
  if (self.held == hold::sweep) sweep_descendants();
  _exit(code);
}

/// Never waits: the node's buffer holds far more than the two reports of a life.
void report(const init& self, const init_report& what) {
  if (self.control >= 0) send(self.control, &what, sizeof(what), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// With the server's pid, which the kernel translates for the node, and with the log of a kept
/// tree for a node that is not its first. To name a pid that is not the
/// sender's takes a capability, which an ordinary user has only inside a namespace of its own.
void report_running(const init& self, std::uint32_t files_max, int log = -1) {
  init_report what{report_kind::running, step::none, 0, files_max, self.server, 0};
  if (self.held == hold::sweep) return report(self, what);
  iovec part{&what, sizeof(what)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = log < 0 ? CMSG_SPACE(sizeof(ucred)) : sizeof(space);
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_CREDENTIALS;
  head->cmsg_len = CMSG_LEN(sizeof(ucred));
  const ucred who{self.server, geteuid(), getegid()};
  std::memcpy(CMSG_DATA(head), &who, sizeof(who));
  if (log >= 0) {
    cmsghdr* const rights = CMSG_NXTHDR(&message, head);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &log, sizeof(int));
  }
  sendmsg(self.control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

[[noreturn]] void fail(const init& self, const failure& why, std::uint32_t order = 0) {
  report(self, {report_kind::failed, why.at, why.error, 0, static_cast<int>(order), 0});
  end(self, 127);
}

/// From here on the init cannot outlive the node. getppid() is 0 inside a namespace, so whether
/// the node died before the prctl is asked of the control socket.
failure bind_to_node(init& self) {
  // A sweeping init must outlive node and keeper long enough to sweep: the socket tells it of the
  // one's end, SIGTERM of the other's.
  if (self.held == hold::sweep) {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return {step::watch, errno};
  } else if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    return {step::watch, errno};
  }
  pollfd lifeline{self.control, POLLIN, 0};
  if (poll(&lifeline, 1, 0) > 0 && (lifeline.revents & POLLHUP) != 0) _exit(127);
  sigset_t heard;
  sigemptyset(&heard);
  sigaddset(&heard, SIGCHLD);
  sigaddset(&heard, self.held == hold::sweep ? SIGTERM : bell);
  self.signals = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
  return self.signals < 0 ? failure{step::watch, errno} : failure{};
}

/// The last pid that was given in our namespace; 0 where the kernel does not tell.
pid_t last_pid(const init& self) {
  char text[16];
  const auto size = pread(self.last_pid, text, sizeof(text) - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  return static_cast<pid_t>(std::atoi(text));
}

/// Pids that are given between two looks, some microseconds apart.
constexpr pid_t late_comers_max = 64;

/// By pidfd, which is to be had of processes alone: by the pid of a thread its process would hear
/// the signal twice.
void signal_process(pid_t pid, int number) {
  const int fd = pidfd_open(pid, 0);
  if (fd < 0) return;
  pidfd_send_signal(fd, number, nullptr, 0);
  close(fd);
}

void signal_late_comers(const init& self, int number) {
  const pid_t last = last_pid(self);
  if (last - self.server > late_comers_max) {
    kill(-1, number); // The server hears it twice, rather than a crowd not at all.
    return;
  }
  for (pid_t pid = self.server + 1; pid <= last; ++pid) signal_process(pid, number);
}

/// The server has it from the node. A second one would tell many a server not to take its time.
void signal_others(const init& self, int number) {
  const pid_t last = last_pid(self);
  if (last == self.server) return; // The only pid that was ever given.
  const auto tell = [&](pid_t pid) {
    if (pid > 1 && pid != self.server) signal_process(pid, number);
  };
  if (last > self.server && last - self.server <= late_comers_max)
    for (pid_t pid = self.server + 1; pid <= last; ++pid) tell(pid);
  else
    each_process(tell);
}

void signal_tree(const init& self, int number) {
  if (self.held == hold::sweep) {
    signal_descendants(number);
    return;
  }
  // For a kill(-1), everything in the namespace but ourselves, the kernel looks at every process of
  // the host: a thousand servers that end at once would take a million looks.
  if (last_pid(self) != self.server) {
    kill(-1, number);
    return;
  }
  kill(self.server, number);
  if (last_pid(self) != self.server) signal_late_comers(self, number);
}

/// @returns whether there may be more
bool obey(init& self) {
  init_order order;
  const auto size = recv(self.control, &order, sizeof(order), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (size <= 0) { // The node is gone, or wants no part of us.
    if (self.kept == nullptr) end(self, 128 + SIGKILL);
    close(self.control);
    self.control = -1;
    begin_absence(*self.kept);
    return false;
  }
  if (size != sizeof(order)) return true;
  const int number = order.signal & ~others_only;
  const auto tell = number == order.signal ? signal_tree : signal_others;
  tell(self, number);
  // A stopped process could not hear it.
  if (number == SIGTERM) tell(self, SIGCONT);
  return true;
}

/// Whether no process of the namespace is left but ourselves, once the dead are reaped. __WALL: a
/// child may have been cloned to die with another signal than SIGCHLD.
bool is_empty() {
  pid_t reaped = 0;
  while ((reaped = waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) {
  }
  return reaped < 0 && errno == ECHILD;
}

void add_usage(init_report& to, int whose) {
  rusage used{};
  getrusage(whose, &used);
  to.user_us += used.ru_utime.tv_sec * 1'000'000 + used.ru_utime.tv_usec;
  to.system_us += used.ru_stime.tv_sec * 1'000'000 + used.ru_stime.tv_usec;
  to.memory_max_kb = std::max<std::int64_t>(to.memory_max_kb, used.ru_maxrss);
  to.major_faults += used.ru_majflt;
}

void report_empty(const init& self, init_report what) {
  what.empty = 1;
  add_usage(what, RUSAGE_SELF);
  add_usage(what, RUSAGE_CHILDREN);
  report(self, what);
}

/// The end of an init costs more than all else of it, and nobody waits for that: the node closes
/// the socket once it has nothing better to do. Not with the lowest weight of all, for on its way
/// out it takes locks that starts need, too.
void make_way(const init& self) {
  setpriority(PRIO_PROCESS, 0, 10);
  pollfd node{self.control, 0, 0};
  if (self.control >= 0) poll(&node, 1, way_ms_max);
}

/// The server has ended. Our own end takes long, for a mount namespace goes with it: so the node is
/// told before it that the tree is empty.
[[noreturn]] void end_with_server(const init& self, const init_report& how, int code) {
  if (self.kept != nullptr) keep_last_of_log(*self.kept);
  if (self.held != hold::sweep && is_empty()) {
    report_empty(self, how);
    make_way(self);
    _exit(code);
  }
  report(self, how);
  if (self.held == hold::sweep) end(self, code);
  do {
    kill(-1, SIGKILL);
    waitpid(-1, nullptr, __WALL); // Should it hang in the kernel, so would our end.
  } while (!is_empty());
  report_empty(self, {report_kind::emptied, step::none, 0, 0, 0, 0});
  make_way(self);
  _exit(code);
}

/// Ends the init when the server is among the dead, or the keeper is.
void reap(init& self) {
  signalfd_siginfo what;
  while (read(self.signals, &what, sizeof(what)) == sizeof(what)) {
    if (what.ssi_signo != SIGTERM) continue;
    report(self, {report_kind::signaled, step::none, SIGKILL, 0, 0, 0});
    end(self, 128 + SIGKILL);
  }
  // The server may have ended of an order that the rest of the tree is still to hear, and rings are
  // for this alone.
  while (self.control >= 0 && obey(self)) {
  }
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid != self.server) continue;
    if (WIFSIGNALED(status)) {
      const std::uint32_t core = WCOREDUMP(status) ? 1 : 0;
      end_with_server(self, {report_kind::signaled, step::none, WTERMSIG(status), 0, 0, core},
                      128 + WTERMSIG(status));
    }
    end_with_server(self, {report_kind::exited, step::none, WEXITSTATUS(status), 0, 0, 0},
                    WEXITSTATUS(status));
  }
}

/// A spare starts nothing until it hears what. It ends with the node, as any init.
failure await_start(const init& self, init_start& given) {
  prctl(PR_SET_NAME, "toolscore-spare");
  start_order order;
  passed with;
  const auto got = receive(self.control, &order, sizeof(order), with);
  if (got == packet::none) _exit(127);
  const std::size_t before = control_fd;
  const bool possible = order.joins <= joins_max && order.homes <= homes_max;
  if (got == packet::maimed || !possible || with.count != before + order.joins + order.homes)
    return {step::receive, possible && with.count < before + order.joins ? EMFILE : EBADMSG};
  std::memcpy(given.fds, with.fds, before * sizeof(int));
  take_cgroups(given, order.joins, order.homes, with.fds + before);
  prctl(PR_SET_NAME, "toolscore-init");
  return {};
}

/// Until the node has written down where its successor finds us, nothing runs that could outlive
/// it: from the order on we do.
failure await_go(const init& self) {
  for (;;) {
    init_order order;
    const auto size = recv(self.control, &order, sizeof(order), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) _exit(127);
    if (size == sizeof(order) && order.signal == go_order) break;
  }
  return prctl(PR_SET_PDEATHSIG, 0) == 0 ? failure{} : failure{step::watch, errno};
}

/// Another node has come for a kept tree.
void take_node(init& self) {
  const int node = accept_node(*self.kept);
  if (node < 0) return;
  if (self.control >= 0) close(self.control); // Of one that is dead: there is never more than one.
  self.control = node;
  end_absence(*self.kept);
  report_running(self, 0, self.kept->log);
}

void start(init& self, const init_start& given) {
  mapped_plan plan;
  if (const int error = map_plan(given.fds[plan_fd], plan)) fail(self, {step::plan, error});
  server_start server;
  server.plan = &plan;
  server.input = given.fds[stdin_fd];
  server.output = given.fds[stdout_fd];
  server.errors = given.fds[stderr_fd];
  server.join_fds = given.join_fds;
  server.joins = given.joins;
  server.home = given.home;
  server.dies_with_parent = given.held == hold::sweep;
  self.server = start_server(server);
  if (server.failed) fail(self, server.failed, server.order);
  // All but the control socket were the server's. Closed before the node is told: from then on
  // nothing but the server may keep its stdin open, or a call that is written after its death would
  // seem to have reached it. The log stays open until the init ends: its end of file would wake the
  // node while the server is still dying, and on the server's own core.
  for (std::size_t which = plan_fd; which < stderr_fd; ++which) close(given.fds[which]);
  for (std::size_t which = 0; which < given.joins; ++which) close(given.join_fds[which]);
  if (given.home >= 0) close(given.home);
  report_running(self, server.files_max);
  unmap_plan(plan);
}

} // namespace

void take_cgroups(init_start& start, std::size_t joins, std::size_t homes, const int* fds) {
  start.joins = joins;
  std::memcpy(start.join_fds, fds, joins * sizeof(int));
  if (homes != 0) start.home = fds[joins];
}

void run_init(init_start& given) {
  init self{given.held, given.fds[control_fd]};
  self.last_pid = given.last_pid;
  close(node_socket);
  if (given.held == hold::sweep) split_off_keepers(given);
  prctl(PR_SET_NAME, "toolscore-init");
  if (const failure why = bind_to_node(self)) fail(self, why);
  if (const failure why = enter_namespaces(given.held, given.uid, given.gid)) fail(self, why);
  // The server runs as the same user and must not read this memory, which is the spawner's.
  prctl(PR_SET_DUMPABLE, 0);
  if (given.spare)
    if (const failure why = await_start(self, given)) fail(self, why);
  kept_tree kept;
  if (given.keeps) {
    self.kept = &kept;
    if (const failure why = begin_keeping(kept, given.keep)) fail(self, why);
    if (const failure why = await_go(self)) fail(self, why);
  }
  start(self, given);
  // Its end of file shows without being asked for.
  const short orders = given.held == hold::sweep || given.keeps ? POLLIN : 0;
  for (;;) {
    // A descriptor of -1 is passed over.
    pollfd sources[4] = {{self.control, orders, 0},
                         {self.signals, POLLIN, 0},
                         {kept.door, POLLIN, 0},
                         {kept.away ? kept.log : -1, POLLIN, 0}};
    if (poll(sources, 4, -1) < 0) continue;
    if (sources[1].revents != 0) reap(self);
    if (sources[0].revents != 0) obey(self);
    if (sources[3].revents != 0) keep_log(kept);
    if (sources[2].revents != 0) take_node(self);
  }
}

} // namespace toolscore::spawner
