#include "tests/census.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>
#include <string_view>
#include <thread>

namespace toolscore::test {
namespace {

/// Empty when it may not be read or its process has gone meanwhile.
std::string read_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string text;
  char part[4096];
  for (ssize_t size = 0; (size = ::read(fd, part, sizeof(part))) > 0;)
    text.append(part, static_cast<std::size_t>(size));
  ::close(fd);
  return text;
}

/// The environment is NUL-separated; the variable must be whole.
bool carries(const std::string& environment, const std::string& wanted) {
  return environment.starts_with(wanted + '\0') ||
         environment.find('\0' + wanted + '\0') != std::string::npos;
}

char state_of(const std::string& stat) {
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= stat.size() ? 'Z' : stat[name_end + 2];
}

std::string command_of(const std::filesystem::path& process) {
  auto line = read_file(process / "cmdline");
  while (!line.empty() && line.back() == '\0') line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  if (!line.empty()) return line;
  auto name = read_file(process / "comm");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return "[" + name + "]";
}

} // namespace

std::string new_census_marker() {
  static std::atomic<unsigned> count{0};
  std::random_device random;
  return std::to_string(::getpid()) + "-" + std::to_string(++count) + "-" +
         std::to_string(random());
}

std::vector<counted_process> census(const std::string& marker) {
  return processes_with(std::string(census_variable) + "=" + marker);
}

std::vector<counted_process> processes_with(const std::string& assignment) {
  std::vector<counted_process> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const auto name = entry.path().filename().string();
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!carries(read_file(entry.path() / "environ"), assignment)) continue;
    if (state_of(read_file(entry.path() / "stat")) == 'Z') continue;
    found.push_back({std::stol(name), command_of(entry.path())});
  }
  return found;
}

std::vector<counted_process> wait_for_empty_census(const std::string& marker,
                                                   std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    auto found = census(marker);
    if (found.empty() || std::chrono::steady_clock::now() >= end) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::string to_string(const std::vector<counted_process>& found) {
  std::string text;
  for (const auto& one : found)
    text += (text.empty() ? "" : ", ") + std::to_string(one.pid) + " (" + one.command + ")";
  return text;
}

} // namespace toolscore::test
