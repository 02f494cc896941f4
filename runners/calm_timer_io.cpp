#include "runners/calm_timer_io.hpp"

#include <algorithm>

namespace toolscore {

void calm_timer::wait() {
  disturb();
  if (!waits_) first_ = disturbed_;
  waits_ = true;
  if (!timer_set_) look_at(disturbed_ + quiet_for_);
}

void calm_timer::look_at(clock::time_point due) {
  timer_set_ = true;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](auto failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    self->timer_set_ = false;
    if (!self->waits_) return;
    const auto calm = std::min(self->disturbed_ + self->quiet_for_, self->first_ + self->wait_max_);
    if (calm > clock::now()) return self->look_at(calm);
    self->waits_ = false;
    self->then_();
  });
}

} // namespace toolscore
