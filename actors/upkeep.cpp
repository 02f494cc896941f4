#include "actors/upkeep.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace toolscore {

upkeep::upkeep(const server_policy& policy)
    : idle_stop_(policy.idle_stop), max_lifetime_(policy.max_lifetime), lives_(policy.replicas) {}

bool upkeep::any_ready() const noexcept {
  return std::any_of(lives_.begin(), lives_.end(), [](const auto& x) { return x.ready; });
}

void upkeep::on_ready(moment now, double random, std::size_t replica) noexcept {
  if (!any_ready() || lives_[replica].ready) {
    asked_ = false;
    used_ = now;
  }
  auto& life = lives_[replica];
  life = {true, std::nullopt};
  if (max_lifetime_.count() == 0) return;
  const auto share = 1.0 - lifetime_jitter * std::clamp(random, 0.0, 1.0);
  life.end = now + milliseconds(std::llround(static_cast<double>(max_lifetime_.count()) * share));
}

void upkeep::on_gone(std::size_t replica) noexcept {
  lives_[replica] = {};
  if (!any_ready()) asked_ = false;
}

std::optional<upkeep::moment> upkeep::due() const noexcept {
  std::optional<moment> first;
  bool ready = false;
  for (const auto& life : lives_) {
    ready = ready || life.ready;
    if (life.end && (!first || *life.end < *first)) first = life.end;
  }
  if (ready && counts_use() && !asked_)
    first = first ? std::min(*first, used_ + idle_stop_) : used_ + idle_stop_;
  return first;
}

upkeep::verdict upkeep::on_due(moment now, bool busy) noexcept {
  if (!any_ready()) return verdict::wait;
  for (std::size_t place = 0; place < lives_.size(); ++place) {
    auto& life = lives_[place];
    if (!life.end || now < *life.end) continue;
    life.end.reset();
    full_ = place;
    return verdict::replace;
  }
  if (!counts_use() || asked_ || !idle(now, busy)) return verdict::wait;
  asked_ = true;
  return verdict::sleep;
}

bool upkeep::may_sleep(moment now, bool busy) noexcept {
  return std::exchange(asked_, false) && any_ready() && idle(now, busy);
}

bool upkeep::idle(moment now, bool busy) noexcept {
  if (busy) used_ = now;
  return now - used_ >= idle_stop_;
}

} // namespace toolscore
