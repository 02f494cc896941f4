#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace toolscore {

/// A life of one supervised child, written by the child itself. Times are CLOCK_MONOTONIC in ns.
struct board_life {
  std::int64_t born_ns = 0;
  std::atomic<std::int64_t> ended_ns{0}; ///< 0 while it lives, or if it could not say so.
  std::uint32_t child = 0;               ///< Which child: the number in its arguments.
  std::atomic<std::uint32_t> written{0}; ///< 1 once the fields above can be read.
};

/// A file that all children of a run have mapped, and in which each life takes the next row: that
/// costs a child one atomic addition, so that what is measured is its supervisor.
struct board {
  static constexpr std::uint32_t lives_max = 65536;
  std::atomic<std::uint32_t> lives{0}; ///< Begun; those beyond `lives_max` have no row.
  std::uint32_t reserved[7] = {};
  board_life rows[lives_max];
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(sizeof(board_life) == 24);

} // namespace toolscore
