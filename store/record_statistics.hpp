#pragma once
#include "store/record_line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// How the calls of one tool ended, and how long they took in all.
struct tool_statistics {
  std::string server;
  std::string tool;
  std::uint64_t calls = 0;
  std::uint64_t success = 0;
  std::uint64_t admission = 0; ///< Failed there; each call is in one of these.
  std::uint64_t transport = 0;
  std::uint64_t rpc = 0;
  std::uint64_t tool_failed = 0;
  std::uint64_t needs_input = 0; ///< They asked their client for something: no failure, no end.
  /// Of all calls, from when they came to when they were answered; off by a sixteenth at most.
  std::int64_t p50_us = 0;
  std::int64_t p95_us = 0;
  std::int64_t p99_us = 0;
  std::int64_t max_us = 0;
};

/// Counts records in bounded memory: so many tools, and times by a logarithmic scale.
class record_statistics {
public:
  static constexpr std::size_t tools_max = 2'000;

  void add(const record_row& row);
  /// By server and tool.
  std::vector<tool_statistics> tools() const;
  std::uint64_t gaps() const noexcept { return gaps_; }
  /// Calls of tools beyond `tools_max`, which are in no row.
  std::uint64_t others() const noexcept { return others_; }

private:
  static constexpr std::size_t steps = 16; ///< Of one doubling.
  static constexpr std::size_t buckets = 40 * steps;
  struct entry {
    tool_statistics counts;
    std::array<std::uint32_t, buckets> times{};
  };
  entry* entry_of(const record_row& row);
  static std::size_t bucket_of(std::int64_t us) noexcept;
  static std::int64_t time_of(std::size_t bucket) noexcept;
  static std::int64_t quantile(const entry& x, double share) noexcept;

  template <class Value>
  using by_name = std::map<std::string, Value, std::less<>>;
  by_name<by_name<entry>> servers_; ///< And their tools.
  std::size_t known_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t others_ = 0;
};

} // namespace toolscore
