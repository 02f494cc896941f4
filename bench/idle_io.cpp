#include "bench/idle_io.hpp"

#include "bench/machine_io.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>

namespace toolscore {
namespace {

/// Times that a thread of the process gave up its core to wait. Each is followed by one wake-up.
std::uint64_t waits_of(int pid) {
  std::uint64_t sum = 0;
  std::error_code failed;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
    std::ifstream file(task.path() / "status");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("voluntary_ctxt_switches:"))
        sum += std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10);
  }
  return sum;
}

double megabytes(const std::string& line) {
  return static_cast<double>(std::strtol(line.c_str() + line.find(':') + 1, nullptr, 10)) * 1024 /
         1e6;
}

bool is_helper(const std::filesystem::path& process, int parent) {
  std::ifstream file(process / "stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  const auto name_begin = text.find('(');
  if (name_end == std::string::npos || name_end + 4 > text.size()) return false;
  const bool ours = text.compare(name_begin + 1, 10, "toolscore-") == 0 &&
                    text.compare(name_begin + 1, 15, "toolscore-bench") != 0;
  return ours && std::atoi(text.c_str() + name_end + 4) == parent;
}

} // namespace

process_memory memory_of(int pid) {
  process_memory found;
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) found.resident_mb = megabytes(line);
    if (line.starts_with("Pss:")) found.proportional_mb = megabytes(line);
    if (line.starts_with("Anonymous:")) found.anonymous_mb = megabytes(line);
  }
  return found;
}

idle_figures measure_idle(int pid, std::chrono::milliseconds time) {
  idle_figures found;
  const auto used = processor_time(pid);
  const auto waits = waits_of(pid);
  ::poll(nullptr, 0, static_cast<int>(time.count()));
  const double seconds = std::chrono::duration<double>(time).count();
  found.wakeups_per_s = static_cast<double>(waits_of(pid) - waits) / seconds;
  found.processor_percent =
      std::chrono::duration<double>(processor_time(pid) - used).count() / seconds * 100;
  found.memory = memory_of(pid);
  found.tree_pss_mb = found.memory.proportional_mb;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const int other = std::atoi(entry.path().filename().c_str());
    if (other > 0 && is_helper(entry.path(), pid))
      found.tree_pss_mb += memory_of(other).proportional_mb;
  }
  return found;
}

} // namespace toolscore
