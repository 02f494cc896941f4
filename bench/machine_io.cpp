#include "bench/machine_io.hpp"

#include <fstream>
#include <sys/utsname.h>
#include <thread>

namespace toolscore {
namespace {

/// What follows `key` and its colon in a file of such lines; empty if there is no such line.
std::string value_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key)) {
      const std::size_t colon = line.find(':');
      const std::size_t begin =
          colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? "" : line.substr(begin);
    }
  return {};
}

} // namespace

machine_facts read_machine() {
  machine_facts facts;
  facts.processor = value_of("/proc/cpuinfo", "model name");
  utsname system{};
  if (::uname(&system) == 0)
    facts.kernel = std::string(system.sysname) + ' ' + system.release + ' ' + system.machine;
  facts.cores = std::thread::hardware_concurrency();
  std::ifstream load("/proc/loadavg");
  std::getline(load, facts.load_average);
  return facts;
}

long resident_kib(int pid) {
  const std::string text = value_of("/proc/" + std::to_string(pid) + "/status", "VmRSS");
  return text.empty() ? 0 : std::strtol(text.c_str(), nullptr, 10);
}

} // namespace toolscore
