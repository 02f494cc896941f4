#pragma once
#include "messages/relations.hpp"

#include <cstddef>
#include <vector>

namespace toolscore {

/// Which children a restart concerns, by their place in the order of starts.
struct restart_plan {
  std::vector<std::size_t> stop;  ///< In this order, each awaited; the one that ended is not in it.
  std::vector<std::size_t> start; ///< In this order, once all of `stop` are gone.
};

/// One of `count` children, the one at `ended`, ended and shall be started again.
restart_plan plan_restart(strategy how, std::size_t count, std::size_t ended);

} // namespace toolscore
