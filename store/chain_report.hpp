#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// What a walk along the chain of blocks found.
struct chain_report {
  std::int64_t first = 0; ///< The oldest record that is kept; 0 = there is none.
  std::int64_t last = 0;
  std::uint64_t gaps = 0; ///< Of the records: what could not be kept.
  std::string digest;     ///< The newest block's: who noted it finds out later what was cut off.
  std::vector<std::string> problems; ///< One line each, at most `problems_max`.
  static constexpr std::size_t problems_max = 20;
};

} // namespace toolscore
