#include "runners/ended_inits_io.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t waiting_max = 1'000;

} // namespace

void ended_inits::add(descriptor control) {
  disturbed_ = clock::now();
  if (controls_.empty()) first_ = disturbed_;
  controls_.push_back(std::move(control));
  if (closed_ || controls_.size() >= waiting_max) return release();
  if (!timer_set_) look_at(disturbed_ + quiet_for_);
}

void ended_inits::wait() {
  disturbed_ = clock::now();
}

void ended_inits::look_at(clock::time_point due) {
  timer_set_ = true;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](auto failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    self->timer_set_ = false;
    const auto free = std::min(self->disturbed_ + self->quiet_for_, self->first_ + self->wait_max_);
    if (self->controls_.empty() || free <= clock::now())
      self->release();
    else
      self->look_at(free);
  });
}

void ended_inits::release() {
  controls_.clear();
}

void ended_inits::close() {
  closed_ = true;
  timer_.cancel();
  release();
}

} // namespace toolscore
