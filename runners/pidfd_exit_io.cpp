#include "runners/pidfd_exit_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cstdint>
#include <optional>

namespace toolscore {
namespace {

/// As the kernel's <linux/pidfd.h> has it; the C library's headers are older.
struct pidfd_info {
  std::uint64_t mask = 0;
  std::uint64_t cgroup_id = 0;
  std::uint32_t pid = 0;
  std::uint32_t tgid = 0;
  std::uint32_t ppid = 0;
  std::uint32_t ids[8] = {};
  std::int32_t exit_code = 0;
};
static_assert(sizeof(pidfd_info) == 64);
constexpr std::uint64_t wants_pids = 1U << 0;
constexpr std::uint64_t wants_exit = 1U << 3;
constexpr unsigned long get_info = _IOWR(0xFF, 11, pidfd_info);

process_exit from_status(int status) {
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status), WCOREDUMP(status), false, 0, {}};
  return {false, WEXITSTATUS(status)};
}

} // namespace

process_exit exit_of_stranger(int pidfd, const process_mark& mark) {
  if (const auto status = exit_status_of(mark.pid, mark.start_time)) return from_status(*status);
  pidfd_info info;
  info.mask = wants_exit;
  if (::ioctl(pidfd, get_info, &info) == 0 && (info.mask & wants_exit) != 0)
    return from_status(info.exit_code);
  return {false, process_exit::unknown};
}

int open_child_of(std::int64_t parent, std::int64_t pid) {
  descriptor fd(pidfd_open(static_cast<pid_t>(pid), 0));
  pidfd_info info;
  info.mask = wants_pids;
  if (!fd || ::ioctl(fd.get(), get_info, &info) != 0 || info.ppid != parent) return -1;
  return fd.release();
}

} // namespace toolscore
