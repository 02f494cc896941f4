#pragma once
#include "bench/board_io.hpp"
#include "bench/child_io.hpp"
#include "bench/figures.hpp"
#include "bench/scratch_io.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// What a subject is started from.
struct subject_plan {
  std::vector<std::string>
      launcher; ///< What to put in front of its command, so that it ends with us.
  std::string node_program;
  std::string libexec_dir;
  std::size_t count = 0;
  bool chain = false;      ///< The node's servers depend on one another; the floor stops in order.
  std::string isolation{}; ///< Of the node's servers; empty = as it has it.
};

/// A supervisor with its children: the node, or the bare loop that is the floor. Ends both when
/// destroyed.
class supervised {
public:
  /// Starts it and waits until all children have run their first instruction.
  /// @param name  floor_name or node_name
  /// @error spawn_failed, io_failed  with the end of its log
  static result<std::unique_ptr<supervised>> start(const std::string& name,
                                                   const subject_plan& plan);

  const bench_child& process() const noexcept { return *process_; }
  const board_file& lives() const noexcept { return board_; }
  std::int64_t started_ns() const noexcept { return started_ns_; } ///< Just before its exec.
  /// Waits until it uses no processor time any more, for 10 s at most.
  void settle() const;
  /// Tells it to end all children and itself. @returns when it was told, CLOCK_MONOTONIC
  std::int64_t begin_stop() const;
  /// @error io_failed  it did not get there in time; `what` and the end of its log say more
  error stuck(const std::string& what) const;

private:
  explicit supervised(board_file board) : board_(std::move(board)) {}

  scratch_directory directory_;
  board_file board_;
  std::unique_ptr<bench_child> process_;
  std::int64_t started_ns_ = 0;
  bool stops_in_order_ = false; ///< The floor has a signal of its own for that.
};

} // namespace toolscore
