#pragma once
#include "bench/figures.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// One figure of one subject in one round. The unit is the last part of the metric's name.
struct sample {
  unsigned round = 0;
  std::string subject; ///< "node", "floor" or what else the scenario compares.
  std::string metric;  ///< "crash_p50_us"
  double value = 0;
};

/// What a median may be at most: in itself, or as a multiple of its base's in the same rounds.
struct sample_limit {
  std::string metric;
  std::string subject;
  std::string base; ///< Empty: `max` is in the metric's own unit.
  double max = 0;
};

/// All rounds of one metric of one subject.
struct sample_row {
  std::string metric;
  std::string subject;
  spread value{};
  std::string base{}; ///< Empty if there is nothing to compare with.
  spread ratio{};     ///< Of the rounds in which both were measured.
  bool limited = false;
  double limit = 0; ///< Of the ratio if there is a base with a limit, else of the value.
  bool limits_ratio = false;
  bool held = true;
};

/// In the order in which metrics and subjects first appear. Each subject is compared with `base`,
/// but for the base itself. A limit without any sample gives a row that is not held: what was not
/// measured has no verdict in its favour.
std::vector<sample_row> summarize_samples(const std::vector<sample>& samples,
                                          const std::string& base,
                                          const std::vector<sample_limit>& limits);

/// One line for each limit that is not held.
std::vector<std::string> violations(const std::vector<sample_row>& rows);

/// A table for people.
std::string to_table(const std::vector<sample_row>& rows);

} // namespace toolscore
