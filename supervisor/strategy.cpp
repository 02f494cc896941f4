#include "supervisor/strategy.hpp"

namespace toolscore {

restart_plan plan_restart(strategy how, std::size_t count, std::size_t ended) {
  std::size_t first = ended;
  std::size_t end = ended + 1;
  if (how == strategy::one_for_all) first = 0;
  if (how != strategy::one_for_one) end = count;
  restart_plan plan;
  for (std::size_t at = first; at < end; ++at) plan.start.push_back(at);
  for (std::size_t at = end; at-- > first;)
    if (at != ended) plan.stop.push_back(at);
  return plan;
}

} // namespace toolscore
