#include "actors/breaker.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

constexpr std::uint32_t doublings_max = 10;

} // namespace

const char* to_string(breaker_state x) noexcept {
  constexpr std::array names{"closed", "open", "half_open"};
  return names.at(static_cast<std::size_t>(x));
}

bool breaker::admits(time_point now) {
  if (state_ == breaker_state::closed) return true;
  if (now < trial_at_) return false;
  state_ = breaker_state::half_open;
  // Should nothing ever be heard of this one, another goes through after as long again.
  trial_at_ = now + policy_.open;
  return true;
}

void breaker::on_answer() {
  state_ = breaker_state::closed;
  failures_ = trials_ = 0;
}

bool breaker::on_failure(time_point now) {
  ++failures_;
  if (policy_.failures == 0 || failures_ < policy_.failures) return false;
  const bool opens = state_ == breaker_state::closed;
  // Those that were in flight when it opened say nothing new.
  if (state_ == breaker_state::open) return false;
  if (state_ == breaker_state::half_open) trials_ = std::min(trials_ + 1, doublings_max);
  state_ = breaker_state::open;
  trial_at_ = now + std::min(policy_.open * (1 << trials_), policy_.open_max);
  return opens;
}

std::optional<std::chrono::milliseconds> breaker::next_trial(time_point now) const {
  if (state_ == breaker_state::closed) return std::nullopt;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(trial_at_ - now);
  return std::max(left, std::chrono::milliseconds{0});
}

} // namespace toolscore
