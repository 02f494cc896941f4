#pragma once
#include "bench/samples.hpp"
#include "bench/supervised_io.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <vector>

namespace toolscore {

/// What is measured of a supervisor and its children, in this order.
struct supervision_phases {
  bool start = false;    ///< Its own start to the last child's first instruction.
  bool crash = false;    ///< SIGKILL of one child to the first instruction of its successor.
  bool kill_all = false; ///< SIGKILL of all at once to the last successor's first instruction.
  bool idle = false;     ///< Its memory, processor time and wake-ups while nothing happens.
  bool stop = false;     ///< Its SIGTERM to the last child's end.
};

struct supervision_options {
  supervision_phases phases;
  subject_plan plan;
  /// Not empty: nodes are measured whose servers have these, in the place of the floor and the
  /// node.
  std::vector<std::string> isolations;
  unsigned rounds = 5;
  unsigned kills = 100; ///< Of `crash`, in a round.
  std::chrono::milliseconds idle_time{10'000};
};

/// Measures the floor and the node, or nodes by their servers' isolation, in interleaved rounds,
/// and ends all it started, whatever happens. Progress goes to stderr.
/// @error spawn_failed, io_failed  a child did not come back or did not end
/// @error cancelled                a signal came in the meantime
result<std::vector<sample>> run_supervision(const supervision_options& options);

/// What the medians of such a run may be at most.
std::vector<sample_limit> supervision_limits(const supervision_options& options);

} // namespace toolscore
