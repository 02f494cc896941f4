#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// A node's configuration with `count` servers that are the bench's own child program.
struct supervised_plan {
  std::string state_dir;
  std::string program; ///< toolscore-bench-child
  std::string board;
  std::size_t count = 0;
  /// Each depends on the one before it, so that they stop one after the other, the last first.
  bool chain = false;
  /// They die at once instead of staying, under the defaults for back-off and intensity. Else each
  /// end is followed by a start without delay, as often as it comes.
  bool die = false;
  std::vector<std::string>
      healthy; ///< The command of one more server, named `bench`; may be empty.
  /// Of the children: "none", "default", "strict"; empty = as the node has it. A strict one may
  /// write to the board and to nothing else.
  std::string isolation{};
};
std::string supervised_config(const supervised_plan& plan);

} // namespace toolscore
