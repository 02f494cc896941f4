#include "runners/spawner/isolation.hpp"

#include "runners/spawner/isolation_orders.hpp"
#include "runners/spawner/isolation_rights.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

constexpr unsigned long cover_flags = MS_NOSUID | MS_NODEV;
// What it writes there is memory, and counts against the server's own limit where it has one.
constexpr const char* scratch_size = "mode=1777,size=256m,nr_inodes=64k";

/// What was taken before the covers, to be put on top of them.
struct taken_paths {
  std::size_t count = 0;
  struct {
    int fd;
    const char* path;
    bool directory;
  } each[taken_max];
};

int take(taken_paths& taken, const char* path, bool only_read) {
  if (taken.count == taken_max) return E2BIG;
  struct stat facts {};
  const int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
  if (fstat(fd, &facts) != 0) return errno;
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  if (only_read &&
      mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only, sizeof(read_only)) != 0)
    return errno;
  taken.each[taken.count++] = {fd, path, S_ISDIR(facts.st_mode)};
  return 0;
}

/// Makes what leads to `path`, and an empty file or directory there.
int make_place(const char* path, bool directory) {
  char way[PATH_MAX];
  const std::size_t size = std::strlen(path);
  if (size >= sizeof(way)) return ENAMETOOLONG;
  std::memcpy(way, path, size + 1);
  for (char* at = way + 1; (at = std::strchr(at, '/')) != nullptr; ++at) {
    *at = '\0';
    if (mkdir(way, 0755) != 0 && errno != EEXIST && errno != EROFS) return errno;
    *at = '/';
  }
  if (directory) return mkdir(way, 0755) == 0 || errno == EEXIST ? 0 : errno;
  const int fd = open(way, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0) close(fd);
  return fd >= 0 ? 0 : errno;
}

int show(taken_paths& taken) {
  for (std::size_t at = 0; at < taken.count; ++at) {
    const auto& one = taken.each[at];
    if (const int error = make_place(one.path, one.directory)) return error;
    if (move_mount(one.fd, "", AT_FDCWD, one.path, MOVE_MOUNT_F_EMPTY_PATH) != 0) return errno;
    close(one.fd);
  }
  taken.count = 0;
  return 0;
}

int cover_if_there(const char* path, const char* options) {
  struct stat facts {};
  if (stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode)) return 0;
  return mount("none", path, "tmpfs", cover_flags, options) == 0 ? 0 : errno;
}

int close_cover(const char* path) {
  struct stat facts {};
  if (stat(path, &facts) != 0) return 0;
  return mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | cover_flags, nullptr) == 0
             ? 0
             : errno;
}

int raise_loopback() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int error = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int make_place_if_missing(const char* path) {
  return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
}

int obey(const char* text, taken_paths& taken) {
  const char* const path = text + 1;
  switch (text[0]) {
  case order::make:
    return make_place_if_missing(path);
  case order::take:
  case order::take_read:
    return take(taken, path, text[0] == order::take_read);
  case order::cover:
    return cover_if_there(path, "mode=755,size=64k");
  case order::scratch:
    return cover_if_there(path, scratch_size);
  case order::show:
    return show(taken);
  case order::close:
    return close_cover(path);
  case order::network:
  case order::loopback:
    if (unshare(CLONE_NEWNET) != 0) return errno;
    return text[0] == order::loopback ? raise_loopback() : 0;
  }
  return 0; // Of the second pass.
}

/// In namespaces as a tree has them, by a child that is not waited for longer than it takes.
bool can_make_network(hold held) {
  if (held == hold::sweep) return false;
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  const long pid = fork_with(namespace_flags(held) | SIGCHLD, nullptr);
  if (pid == 0) _exit(!enter_namespaces(held, uid, gid) && unshare(CLONE_NEWNET) == 0 ? 0 : 1);
  if (pid < 0) return false;
  int status = 1;
  while (waitpid(static_cast<pid_t>(pid), &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

failure isolate_places(char** orders, order_number& at) {
  taken_paths taken;
  for (at = 0; orders[at] != nullptr; ++at)
    if (const int error = obey(orders[at], taken)) return {step::isolation, error};
  return {};
}

abilities probe_abilities(hold held) {
  abilities found;
  found.landlock = landlock_version();
  found.filters = can_filter_calls() ? 1 : 0;
  found.networks = can_make_network(held) ? 1 : 0;
  return found;
}

} // namespace toolscore::spawner
