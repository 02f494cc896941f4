#include "runners/spawner/namespaces.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

int write_file(const char* path, const char* text, std::size_t size) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const auto written = write(fd, text, size);
  const int error = written == static_cast<ssize_t>(size) ? 0 : errno;
  close(fd);
  return error;
}

/// The caller's own id, the same inside as outside: the one mapping that needs no privilege.
int write_map(const char* path, unsigned id) {
  char line[32];
  const int length = std::snprintf(line, sizeof(line), "%u %u 1", id, id);
  return write_file(path, line, static_cast<std::size_t>(length));
}

/// Must come before any exec: after it the new namespace's capabilities are gone.
int map_identity(uid_t uid, gid_t gid) {
  if (const int error = write_file("/proc/self/setgroups", "deny", 4)) return error;
  if (const int error = write_map("/proc/self/uid_map", uid)) return error;
  return write_map("/proc/self/gid_map", gid);
}

/// A child with an exit code that says which step failed, and errno through the pipe it holds.
failure try_hold(hold held) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {step::clone, errno};
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  const long pid = fork_with(namespace_flags(held) | SIGCHLD, nullptr);
  if (pid == 0) {
    const failure result = enter_namespaces(held, uid, gid);
    _exit(write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
  }
  close(ends[1]);
  failure result{step::clone, static_cast<int>(-pid)};
  if (pid > 0) {
    if (read(ends[0], &result, sizeof(result)) != sizeof(result)) result = {step::clone, EIO};
    while (waitpid(static_cast<pid_t>(pid), nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close(ends[0]);
  return result;
}

} // namespace

long fork_with(unsigned long flags, int* pidfd) {
  // The plain clone call, because sandboxes refuse clone3 to read the flags. The order of the
  // last two arguments differs between machines; both are 0.
  const long result = syscall(SYS_clone, flags, nullptr, pidfd, nullptr, nullptr);
  return result < 0 ? -errno : result;
}

unsigned long namespace_flags(hold held) {
  switch (held) {
  case hold::pid_namespace:
    return CLONE_NEWPID | CLONE_NEWNS;
  case hold::user_namespace:
    return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER;
  case hold::strongest:
  case hold::sweep:
    break;
  }
  return 0;
}

failure enter_namespaces(hold held, uid_t uid, gid_t gid) {
  if (held == hold::sweep) return {};
  if (held == hold::user_namespace)
    if (const int error = map_identity(uid, gid)) return {step::identity, error};
  // Slave and not private: nothing of ours leaks out, yet what the host unmounts later is not held
  // busy by a server, and what it mounts later can be seen.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return {step::mounts, errno};
  // Without an own /proc a program would find other processes under its own pids.
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return {step::proc, errno};
  return {};
}

host_strength probe_host() {
  failure first;
  if (geteuid() == 0) {
    first = try_hold(hold::pid_namespace);
    if (!first) return {hold::pid_namespace, {}};
  }
  const failure second = try_hold(hold::user_namespace);
  if (!second) return {hold::user_namespace, first};
  return {hold::sweep, second};
}

} // namespace toolscore::spawner
