#include "runners/spawner/descendants.hpp"

#include "runners/spawner/pidfd.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

struct process {
  pid_t pid;
  pid_t parent;
  unsigned long long start_time; // In clock ticks since boot: with the pid it names one process.
  bool below;                    // Descends from the caller.
};

constexpr std::size_t processes_max = 65536;

/// @returns how many bytes of /proc/<pid>/<name> there are, 0 where it cannot be read
template <std::size_t Room>
std::size_t read_proc(pid_t pid, const char* name, char (&text)[Room]) {
  char path[48];
  std::snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const auto size = read(fd, text, Room);
  close(fd);
  return size < 0 ? 0 : static_cast<std::size_t>(size);
}

/// Reads the fields of /proc/<pid>/stat that stand after the name, which may hold anything.
bool read_process(pid_t pid, process& found) {
  char text[1024];
  const auto size = std::min(read_proc(pid, "stat", text), sizeof(text) - 1);
  if (size == 0) return false;
  text[size] = '\0';
  const char* const name_end = std::strrchr(text, ')');
  if (name_end == nullptr) return false;
  found = {pid, 0, 0, false};
  char state = 0;
  return std::sscanf(name_end + 1,
                     " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d"
                     " %llu",
                     &state, &found.parent, &found.start_time) == 3 &&
         state != 'Z';
}

std::size_t list_processes(process* table) {
  std::size_t count = 0;
  each_process([&](pid_t pid) {
    if (count < processes_max && read_process(pid, table[count])) ++count;
  });
  return count;
}

/// Marks until nothing new is found: parents need not come before their children in /proc.
void mark_below(process* table, std::size_t count, pid_t root) {
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (table[i].below) continue;
      bool below = table[i].parent == root;
      for (std::size_t j = 0; !below && j < count; ++j)
        below = table[j].below && table[j].pid == table[i].parent;
      if (below) table[i].below = found = true;
    }
  }
}

/// The pid may have been reused since the list was made: the pidfd pins whoever has it now, and
/// the start time tells whether that is still the one.
bool signal_exactly(const process& target, int signal) {
  const int fd = pidfd_open(target.pid, 0);
  if (fd < 0) return false;
  process now{};
  const bool same = read_process(target.pid, now) && now.start_time == target.start_time;
  const bool sent = same && pidfd_send_signal(fd, signal, nullptr, 0) == 0;
  close(fd);
  return sent;
}

/// Calls `what` with the pid of each of our children that the kernel lists.
/// @returns false where it does not list them
template <class What>
bool each_child(What what) {
  const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[4096];
  const auto size = read(fd, text, sizeof(text) - 1);
  close(fd);
  if (size < 0) return false;
  // A pid that was cut off at the end of the buffer is no child of ours, or one anyway.
  text[size] = '\0';
  for (char* at = text; *at != '\0';) {
    char* next = nullptr;
    const long pid = std::strtol(at, &next, 10);
    if (next == at) break;
    what(static_cast<pid_t>(pid));
    at = next;
  }
  return true;
}

/// Our own children cannot be mistaken: their pids stay theirs until we reap them.
/// @returns false where the kernel does not list them
bool kill_children() {
  return each_child([](pid_t pid) {
    siginfo_t none{};
    const bool ours =
        waitid(P_PID, static_cast<id_t>(pid), &none, WEXITED | WNOHANG | WNOWAIT) == 0;
    if (ours) kill(pid, SIGKILL);
  });
}

bool is_named(pid_t pid, const char* name) {
  char text[32];
  const auto length = std::strlen(name); // A line's end stands behind it.
  return read_proc(pid, "comm", text) == length + 1 && std::memcmp(text, name, length) == 0;
}

} // namespace

int signal_descendants(int signal) {
  const std::size_t bytes = processes_max * sizeof(process);
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  auto* const table = static_cast<process*>(memory);
  const std::size_t count = list_processes(table);
  mark_below(table, count, getpid());
  int reached = 0;
  for (std::size_t i = 0; i < count; ++i)
    if (table[i].below && signal_exactly(table[i], signal)) ++reached;
  munmap(memory, bytes);
  return reached;
}

bool has_child_named(const char* name) {
  bool found = false;
  each_child([&](pid_t pid) { found = found || is_named(pid, name); });
  return found;
}

void sweep_descendants() {
  // Who loses its parent becomes our child, so killing children until there is none reaches every
  // depth, and a process that forks and exits at each step is met as a child at once.
  for (;;) {
    if (!kill_children()) signal_descendants(SIGKILL);
    pid_t reaped = 0;
    while ((reaped = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) return;
  }
}

} // namespace toolscore::spawner
