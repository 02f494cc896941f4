#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace toolscore {

enum class strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one };
inline constexpr std::size_t strategy_count = 3;
const char* to_string(strategy x) noexcept;

/// Which children a restart concerns, by their place in the order of starts.
struct restart_plan {
  std::vector<std::size_t> stop;  ///< In this order, each awaited; the one that ended is not in it.
  std::vector<std::size_t> start; ///< In this order, once all of `stop` are gone.
};

/// One of `count` children, the one at `ended`, ended and shall be started again.
restart_plan plan_restart(strategy how, std::size_t count, std::size_t ended);

} // namespace toolscore
