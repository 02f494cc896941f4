#include "actors/liveness.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

void liveness::asked() noexcept {
  if (std::exchange(heard_, false)) missed_ = 0;
}

bool liveness::expired(std::uint32_t count, moment oldest, moment now) noexcept {
  if (std::exchange(heard_, false)) {
    missed_ = 0;
    forgiven_ = false;
    return false;
  }
  const auto late = std::min(late_max, policy_.timeout / 2);
  if (now - oldest > late && !std::exchange(forgiven_, true)) return false;
  forgiven_ = false;
  missed_ += count;
  return missed_ >= policy_.failures;
}

std::string liveness::detail() const {
  return std::to_string(missed_) + (missed_ == 1 ? " ping" : " pings") + " in a row";
}

} // namespace toolscore
