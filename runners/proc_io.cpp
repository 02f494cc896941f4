#include "runners/proc_io.hpp"

#include "runners/descriptor_io.hpp"

#include <fcntl.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace toolscore {
namespace {

/// One read: what /proc gives of a process fits, and a second read might be of another moment.
std::string read_once(const std::string& path) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[4096];
  const auto size = file ? ::read(file.get(), text, sizeof(text)) : -1;
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string{};
}

std::chrono::microseconds from_ticks(std::uint64_t ticks) {
  static const auto a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return std::chrono::microseconds(ticks * 1'000'000 / a_second);
}

} // namespace

std::optional<process_facts> parse_stat(const std::string& text) {
  const auto name_end = text.rfind(')'); // The name before it may hold spaces and brackets.
  if (name_end == std::string::npos) return std::nullopt;
  process_facts facts;
  facts.pid = std::strtoll(text.c_str(), nullptr, 10);
  std::istringstream fields(text.substr(name_end + 1));
  fields >> facts.state >> facts.parent;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::string skipped;
  for (int field = 5; field < 22; ++field) {
    if (field == 12)
      fields >> facts.usage.major_faults;
    else if (field == 14)
      fields >> user_ticks;
    else if (field == 15)
      fields >> system_ticks;
    else
      fields >> skipped;
  }
  fields >> facts.start_time;
  if (!fields || facts.pid <= 0) return std::nullopt;
  facts.usage.user_time = from_ticks(user_ticks);
  facts.usage.system_time = from_ticks(system_ticks);
  return facts;
}

std::optional<process_facts> facts_of(std::int64_t pid) {
  if (pid <= 0) return std::nullopt;
  return parse_stat(read_once("/proc/" + std::to_string(pid) + "/stat"));
}

std::uint64_t start_time_of(std::int64_t pid) {
  const auto facts = facts_of(pid);
  return facts ? facts->start_time : 0;
}

std::optional<int> exit_status_of(std::int64_t pid, std::uint64_t start_time) {
  const auto text = read_once("/proc/" + std::to_string(pid) + "/stat");
  const auto facts = parse_stat(text);
  if (!facts || facts->state != 'Z' || facts->start_time != start_time) return std::nullopt;
  // The last field. It reads as 0 where we may not know it, as an end without a fault does.
  const int status = std::atoi(text.c_str() + text.find_last_of(' ') + 1);
  return status != 0 ? std::optional(status) : std::nullopt;
}

process_usage usage_of(std::int64_t pid) {
  const auto facts = facts_of(pid);
  if (!facts) return {};
  process_usage usage = facts->usage;
  const auto status = read_once("/proc/" + std::to_string(pid) + "/status");
  constexpr std::string_view name = "\nVmHWM:";
  if (const auto at = status.find(name); at != std::string::npos)
    usage.memory_max_bytes =
        std::strtoull(status.c_str() + at + name.size(), nullptr, 10) * std::uint64_t{1024};
  return usage;
}

const std::string& boot_id() {
  static const std::string id = [] {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    file >> text;
    return text;
  }();
  return id;
}

} // namespace toolscore
