#include "runners/cgroup_files_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace toolscore {
namespace {

constexpr int look_again_ms = 5;
constexpr std::size_t file_bytes_max = 4U << 20U;

/// The deepest first: only a cgroup without others below it can be removed.
bool remove_cgroup(const std::string& directory) {
  if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return true;
  for (const auto& one : cgroups_below(directory)) remove_cgroup(one);
  return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

/// A pid may be reused between the list and the signal: the pidfd pins who has it, and who is still
/// listed then is the one that was meant.
void kill_one_by_one(const std::string& directory) {
  struct pinned {
    long pid;
    descriptor fd;
  };
  std::vector<pinned> all;
  for (const long pid : processes_in(directory))
    if (pid > 0 && pid != ::getpid())
      all.push_back({pid, descriptor(pidfd_open(static_cast<pid_t>(pid), 0))});
  const auto now = processes_in(directory);
  for (const auto& one : all)
    if (one.fd && std::find(now.begin(), now.end(), one.pid) != now.end())
      pidfd_send_signal(one.fd.get(), SIGKILL, nullptr, 0);
}

} // namespace

std::vector<std::string> cgroups_below(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->is_directory(failed) && !at->is_symlink(failed)) found.push_back(at->path().string());
  return found;
}

std::string read_cgroup_file(const std::string& path) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char part[4096];
  for (ssize_t size = 0; file && text.size() < file_bytes_max;) {
    size = ::read(file.get(), part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    text.append(part, static_cast<std::size_t>(size));
  }
  return text;
}

int write_cgroup_file(const std::string& path, const std::string& text) {
  const descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0
                                                                                            : errno;
}

bool is_cgroup(const std::string& directory) {
  struct statfs facts {};
  return ::statfs(directory.c_str(), &facts) == 0 &&
         (facts.f_type == CGROUP_SUPER_MAGIC || facts.f_type == CGROUP2_SUPER_MAGIC);
}

std::vector<long> processes_in(const std::string& directory) {
  std::vector<long> pids;
  for (const auto& word : words_of(read_cgroup_file(directory + "/cgroup.procs")))
    pids.push_back(std::strtol(word.c_str(), nullptr, 10));
  for (const auto& one : cgroups_below(directory)) {
    const auto more = processes_in(one);
    pids.insert(pids.end(), more.begin(), more.end());
  }
  return pids;
}

bool is_empty_cgroup(const std::string& directory) {
  // Only v2 has the file, and there it speaks for all that is below as well.
  const auto events = read_cgroup_file(directory + "/cgroup.events");
  if (events.find("populated 0") != std::string::npos) return true;
  if (events.find("populated 1") != std::string::npos) return false;
  return processes_in(directory).empty();
}

void kill_in_cgroup(const std::string& directory) {
  const auto all = processes_in(directory);
  const bool with_us = std::find(all.begin(), all.end(), ::getpid()) != all.end();
  if (!with_us && write_cgroup_file(directory + "/cgroup.kill", "1") == 0) return;
  kill_one_by_one(directory);
}

bool ran_out_of_memory(const std::string& directory) {
  return read_out_of_memory(read_cgroup_file(directory + "/memory.events"), true) ||
         read_out_of_memory(read_cgroup_file(directory + "/memory.oom_control"), false);
}

bool clear_cgroup(const std::string& directory, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (!is_empty_cgroup(directory))
      kill_in_cgroup(directory);
    else if (remove_cgroup(directory))
      return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, look_again_ms);
  }
}

} // namespace toolscore
