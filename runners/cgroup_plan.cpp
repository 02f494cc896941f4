#include "runners/cgroup_plan.hpp"

#include "messages/launch_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace toolscore {
namespace {

/// The kernel's own period: long enough to be fair, short enough not to be felt.
constexpr double cpu_period_us = 100'000;
constexpr double cpu_quota_min_us = 1'000;
constexpr std::size_t name_bytes_max = 64;

/// One limit that is asked for, and both ways to hold it.
struct asked_limit {
  cgroup_limit limit;
  std::vector<cgroup_setting> v2;
  std::vector<cgroup_setting> v1;
};

asked_limit memory_limit(std::uint64_t bytes) {
  const auto text = std::to_string(bytes);
  // The whole tree dies at once, as far as the host can do that: half a server helps nobody. Swap
  // would only make a server that is over its limit slow.
  return {{"memory", size_text(bytes), true, {}},
          {{"memory.max", text, true},
           {"memory.swap.max", "0", false},
           {"memory.oom.group", "1", false}},
          {{"memory.limit_in_bytes", text, true}, {"memory.memsw.limit_in_bytes", text, false}}};
}

asked_limit cpu_limit(double cores) {
  const auto quota =
      std::to_string(std::llround(std::max(cores * cpu_period_us, cpu_quota_min_us)));
  const auto period = std::to_string(std::llround(cpu_period_us));
  std::array<char, 32> shown{};
  const auto end =
      std::to_chars(shown.data(), shown.data() + shown.size(), cores, std::chars_format::fixed).ptr;
  return {{"cpu", std::string(shown.data(), end), true, {}},
          {{"cpu.max", quota + " " + period, true}},
          {{"cpu.cfs_period_us", period, true}, {"cpu.cfs_quota_us", quota, true}}};
}

asked_limit pids_limit(std::uint32_t count, bool required) {
  const auto text = std::to_string(count);
  return {{"pids", text, required, {}}, {{"pids.max", text, true}}, {{"pids.max", text, true}}};
}

std::vector<asked_limit> asked_limits(const limits_policy& limits) {
  std::vector<asked_limit> asked;
  if (limits.memory_bytes != 0) asked.push_back(memory_limit(limits.memory_bytes));
  if (limits.cpu > 0) asked.push_back(cpu_limit(limits.cpu));
  if (limits.pids != 0) asked.push_back(pids_limit(limits.pids, limits.pids_required));
  return asked;
}

bool has(const cgroup_place& place, std::string_view controller) {
  return std::find(place.controllers.begin(), place.controllers.end(), controller) !=
         place.controllers.end();
}

cgroup_part& part_at(std::vector<cgroup_part>& parts, const std::vector<cgroup_place>& places,
                     std::size_t place) {
  for (auto& part : parts)
    if (part.place == place) return part;
  parts.push_back({place, places[place].v2, false, {}});
  return parts.back();
}

/// Where a tree is best found again: v2, else what limits nothing of it by being there.
std::optional<std::size_t> tracking_place(const std::vector<cgroup_place>& places) {
  for (std::size_t at = 0; at < places.size(); ++at)
    if (places[at].v2) return at;
  for (const std::string_view controller : {"pids", "freezer", "memory", "cpu"})
    for (std::size_t at = 0; at < places.size(); ++at)
      if (has(places[at], controller)) return at;
  return std::nullopt;
}

} // namespace

bool needs_cgroup(const limits_policy& limits) noexcept {
  return limits.memory_bytes != 0 || limits.cpu > 0 || limits.pids != 0;
}

bool demands_cgroup(const limits_policy& limits) noexcept {
  return limits.memory_bytes != 0 || limits.cpu > 0 || (limits.pids != 0 && limits.pids_required);
}

std::string limit_words(const cgroup_limit& limit) {
  return "limits." + limit.controller + " (" + limit.words + ")";
}

result<cgroup_plan> plan_cgroup(const std::vector<cgroup_place>& places,
                                const limits_policy& limits, bool tracked) {
  cgroup_plan plan;
  for (auto& asked : asked_limits(limits)) {
    auto& limit = asked.limit;
    const auto place = std::find_if(places.begin(), places.end(),
                                    [&](const auto& x) { return has(x, limit.controller); });
    if (place == places.end()) {
      const auto why = "no cgroup hierarchy that this node can see gives it the " +
                       limit.controller + " controller";
      if (limit.required)
        return error{errc::spawn_failed, limit_words(limit) + " cannot be had: " + why};
      plan.not_given = limit_words(limit) + ": " + why;
      continue;
    }
    limit.settings = std::move(place->v2 ? asked.v2 : asked.v1);
    part_at(plan.parts, places, static_cast<std::size_t>(place - places.begin()))
        .limits.push_back(std::move(limit));
  }
  if (tracked)
    if (const auto place = tracking_place(places))
      part_at(plan.parts, places, *place).tracks = true;
  return plan;
}

std::string cgroup_words(const std::vector<cgroup_part>& parts) {
  std::string words;
  for (const bool v2 : {true, false}) {
    std::string held;
    for (const auto& part : parts) {
      if (part.v2 != v2) continue;
      if (part.tracks) held += held.empty() ? "kill" : ", kill";
      for (const auto& limit : part.limits) held += (held.empty() ? "" : ", ") + limit.controller;
    }
    if (held.empty()) continue;
    words += (words.empty() ? "" : ", ") + std::string(v2 ? "cgroup v2: " : "cgroup v1: ") + held;
  }
  return words;
}

namespace {

/// The number behind `key` at the start of a line; 0 where there is none.
std::uint64_t number_at(std::string_view text, std::string_view key) {
  const auto words = words_of(text);
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) {
    if (words[at] != key) continue;
    std::uint64_t number = 0;
    std::from_chars(words[at + 1].data(), words[at + 1].data() + words[at + 1].size(), number);
    return number;
  }
  return 0;
}

} // namespace

bool read_out_of_memory(std::string_view events, bool v2) {
  if (number_at(events, "oom_kill") == 0) return false;
  // v2 tells whether it was for this limit, or because the host had no more. v1 does not: its
  // failcnt stays 0 on some kernels where memory and swap have one limit.
  return !v2 || number_at(events, "oom") != 0;
}

std::string cgroup_name(std::string_view name, std::uint64_t number) {
  std::string text;
  for (const char c : name.substr(0, name_bytes_max)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    text += plain ? c : '_';
  }
  // The number keeps it apart from the kernel's own files, which end in letters.
  return (text.empty() ? "tree" : text) + "-" + std::to_string(number);
}

} // namespace toolscore
