#pragma once
#include "messages/envelope.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

inline constexpr const char* floor_name = "floor";
inline constexpr const char* pingpong_name = "pingpong";
inline constexpr const char* path_name = "path";
inline constexpr const char* node_name = "node";
inline constexpr const char* unrecorded_name = "unrecorded"; ///< A node that records no call.

/// One target under one load in one round.
struct measurement {
  unsigned round = 0;
  era spoken = era::legacy;
  std::size_t connections = 1;
  std::string target;
  std::uint64_t calls = 0;
  double p50_us = 0;
  double p99_us = 0;
  double max_us = 0;
  double calls_per_s = 0;
  double processor_us = 0; ///< The target's own processor time for a call; 0 = not known.
};

/// Ratios are taken within a round, because only neighbours in time are comparable, and then
/// spread.
struct spread {
  double median = 0;
  double min = 0;
  double max = 0;
};
/// All zero if there are no values. The median of an even number of values is the mean of the two.
spread spread_of(std::vector<double> values);

/// All rounds of one target under one load: medians, and how it compares with its base, which is
/// the floor, or for the floor itself the ping-pong. Where the bare path was measured too, what is
/// neither has a second row against it.
struct summary_row {
  era spoken = era::legacy;
  std::size_t connections = 1;
  std::string target;
  spread p50_us{};
  spread p99_us{};
  spread calls_per_s{};
  spread processor_us{};
  double max_us = 0;  ///< The worst of all rounds.
  std::string base{}; ///< Empty if there was nothing to compare with.
  spread p50_ratio{};
  spread throughput_ratio{};
};
/// In the order in which the loads and targets first appear.
std::vector<summary_row> summarize(const std::vector<measurement>& measurements);

struct bench_limits {
  double p50_ratio_max = 1.3;        ///< Of a target to the floor, one connection.
  double throughput_ratio_min = 0.7; ///< Of a target to the floor, more than one connection.
  double floor_ratio_max = 1.6;      ///< p50 of the floor to the ping-pong.
  /// Of a target to the bare path, more than one connection. The p50 has the same limit as to the
  /// floor.
  double path_throughput_ratio_min = 0.75;
  double recording_ratio_max = 1.08; ///< Processor time a call, of a node that records them.
};
/// One line for each limit that a median is beyond; empty if all hold.
std::vector<std::string> violations(const std::vector<summary_row>& rows,
                                    const bench_limits& limits);

/// What the node's processor time a call is to that of one that does not record, under one load.
struct recording_cost {
  era spoken = era::legacy;
  std::size_t connections = 1;
  spread ratio{};
};
/// Empty if there was no such node.
std::vector<recording_cost> recording_costs(const std::vector<measurement>& measurements);
std::vector<std::string> violations(const std::vector<recording_cost>& costs,
                                    const bench_limits& limits);
std::string to_text(const std::vector<recording_cost>& costs);

/// The rows as a table for people, a line each.
std::string to_table(const std::vector<summary_row>& rows);

} // namespace toolscore
