#pragma once
#include "messages/launch_plan.hpp"

namespace toolscore {

/// Whether the server runs elsewhere already and nothing is started. An image may have a command of
/// its own, so that a container needs none.
inline bool is_remote(const launch_plan& plan) noexcept {
  return plan.argv.empty() && plan.endpoint && !plan.container;
}

} // namespace toolscore
