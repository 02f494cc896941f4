// toolscore-spawner: forks the init of every process tree the node starts. Small, so that a fork
// of it is cheap, and without threads, so that a fork of it is safe. It ends with the node.
#include "runners/spawner/init.hpp"
#include "runners/spawner/isolation.hpp"
#include "runners/spawner/namespaces.hpp"
#include "runners/spawner/passing.hpp"
#include "runners/spawner/pidfd.hpp"
#include "runners/spawner/protocol.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
using namespace toolscore::spawner;

struct received {
  spawn_request request;
  passed with;
  bool complete = false;
};

std::size_t expected_fds(const spawn_request& request) {
  if (request.number == 0 || request.spare != 0) return 1;
  return request_fds + request.joins + request.homes +
         (request.keeps != 0 ? std::size_t{keep_fds} : 0);
}

/// Waits for the next request. @returns false when the node is gone
bool receive(received& into) {
  const auto got = receive(node_socket, &into.request, sizeof(into.request), into.with);
  into.complete = got == packet::whole && into.request.joins <= joins_max &&
                  into.request.homes <= homes_max && into.with.count == expected_fds(into.request);
  return got != packet::none;
}

void answer(const spawn_reply& reply, int pidfd) {
  iovec part{const_cast<spawn_reply*>(&reply), sizeof(reply)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (pidfd >= 0) {
    message.msg_control = space;
    message.msg_controllen = sizeof(space);
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &pidfd, sizeof(int));
  }
  while (sendmsg(node_socket, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

void tell_hold(spawn_reply& reply, hold held, const host_strength& host) {
  reply.held = held;
  if (held == hold::pid_namespace) return;
  reply.weakened = host.why_not_stronger.at;
  reply.weakened_error = host.why_not_stronger.error;
}

void serve(received& from, const host_strength& host, int last_pid) {
  spawn_reply reply;
  reply.number = from.request.number;
  if (!from.complete) {
    // Descriptors are dropped on the way in when we may not open more.
    reply.error = from.with.count < expected_fds(from.request) ? EMFILE : EBADMSG;
    reply.failed = step::receive;
    return answer(reply, -1);
  }
  init_start start;
  start.held = from.request.wanted == hold::strongest ? host.best : from.request.wanted;
  start.uid = geteuid();
  start.gid = getegid();
  start.last_pid = last_pid;
  const int* const fds = from.with.fds;
  start.spare = from.request.spare != 0;
  if (start.spare) {
    start.fds[control_fd] = fds[0];
  } else {
    std::memcpy(start.fds, fds, sizeof(start.fds));
    take_cgroups(start, from.request.joins, from.request.homes, fds + request_fds);
  }
  start.keeps = from.request.keeps != 0;
  if (start.keeps) std::memcpy(start.keep, fds + from.with.count - keep_fds, sizeof(start.keep));
  if ((start.keeps || start.spare) && start.held == hold::sweep) {
    tell_hold(reply, start.held, host);
    reply.error = EOPNOTSUPP;
    reply.failed = step::keep;
    return answer(reply, -1);
  }
  int pidfd = -1;
  // CLONE_PARENT makes the init the node's child: the node reaps it, and it outlives us.
  const long pid =
      fork_with(namespace_flags(start.held) | CLONE_PARENT | CLONE_PIDFD | SIGCHLD, &pidfd);
  if (pid == 0) run_init(start);
  close_all(from.with); // Before the node hears of it: see where the init closes its own.
  tell_hold(reply, start.held, host);
  if (pid < 0) {
    reply.error = static_cast<int>(-pid);
    reply.failed = step::clone;
    return answer(reply, -1);
  }
  reply.init_pid = static_cast<int>(pid);
  answer(reply, pidfd);
  close(pidfd);
}

/// What ends all trees at once, and the pidfd of the node; -1 where there is no such thing.
int kill_fd = -1;
int node_fd = -1;

pid_t node_pid() {
  ucred made_by{};
  socklen_t size = sizeof(made_by);
  return getsockopt(node_socket, SOL_SOCKET, SO_PEERCRED, &made_by, &size) == 0 ? made_by.pid : 0;
}

/// From now on the spawner outlives the node, for as long as a write takes.
void guard_trees(received& from) {
  if (kill_fd >= 0) close(kill_fd);
  kill_fd = from.with.fds[0];
  from.with.count = 0;
  if (node_fd < 0) node_fd = pidfd_open(node_pid(), 0);
  prctl(PR_SET_PDEATHSIG, 0);
}

/// After the end of the socket. A node that only closed it kills its spawner; what a dead one left
/// is ended here: its keepers may have been killed with it.
void end_trees() {
  if (kill_fd < 0) return;
  if (getppid() == node_pid()) { // It is alive or dying.
    if (node_fd < 0) return;
    pollfd death{node_fd, POLLIN, 0};
    while (poll(&death, 1, -1) < 0) {
    }
  }
  if (write(kill_fd, "1", 1) != 1) _exit(1);
}

/// By the plain system call: the C library leaves out two signals that posix_spawn makes ignored.
void reset_dispositions() {
  const struct { unsigned long handler, flags, restorer, mask; } by_default{};
  for (int number = 1; number <= 64; ++number)
    syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof(by_default.mask));
}

} // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Neither a terminal's ^C nor a service manager's SIGTERM may part the node from its spawner.
  // The inits inherit the mask; each server starts with an empty one.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  reset_dispositions();
  close_range(node_socket + 1, ~0U, 0);
  if (chdir("/") != 0) return 1;
  const host_strength host = probe_host();
  const int last_pid = open("/proc/sys/kernel/ns_last_pid", O_RDONLY | O_CLOEXEC);
  spawn_reply first_word;
  tell_hold(first_word, host.best, host);
  first_word.able = probe_abilities(host.best);
  answer(first_word, -1);
  for (;;) {
    received next;
    if (!receive(next)) break;
    if (next.request.number != 0)
      serve(next, host, last_pid);
    else if (next.complete)
      guard_trees(next);
    close_all(next.with);
  }
  end_trees();
}
