#include "actors/upkeep.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace toolscore {

upkeep::upkeep(const server_policy& policy)
    : idle_stop_(policy.idle_stop), max_lifetime_(policy.max_lifetime) {}

void upkeep::on_ready(moment now, double random) noexcept {
  ready_ = true;
  asked_ = false;
  used_ = now;
  life_end_.reset();
  if (max_lifetime_.count() == 0) return;
  const auto share = 1.0 - lifetime_jitter * std::clamp(random, 0.0, 1.0);
  life_end_ = now + milliseconds(std::llround(static_cast<double>(max_lifetime_.count()) * share));
}

void upkeep::on_gone() noexcept {
  ready_ = false;
  asked_ = false;
  life_end_.reset();
}

std::optional<upkeep::moment> upkeep::due() const noexcept {
  if (!ready_) return std::nullopt;
  auto first = life_end_;
  if (counts_use() && !asked_)
    first = first ? std::min(*first, used_ + idle_stop_) : used_ + idle_stop_;
  return first;
}

upkeep::verdict upkeep::on_due(moment now, bool busy) noexcept {
  if (!ready_) return verdict::wait;
  if (life_end_ && now >= *life_end_) {
    life_end_.reset();
    return verdict::replace;
  }
  if (!counts_use() || asked_ || !idle(now, busy)) return verdict::wait;
  asked_ = true;
  return verdict::sleep;
}

bool upkeep::may_sleep(moment now, bool busy) noexcept {
  return std::exchange(asked_, false) && ready_ && idle(now, busy);
}

bool upkeep::idle(moment now, bool busy) noexcept {
  if (busy) used_ = now;
  return now - used_ >= idle_stop_;
}

} // namespace toolscore
