#include "actors/watchdog.hpp"

#include "config/durations.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

watchdog::watchdog(const server_policy& policy)
    : period_(policy.ping.every * policy.ping.failures),
      stop_limit_(policy.stop.drain + policy.stop.stdin_close + policy.stop.term) {}

void watchdog::on_ready(moment now) noexcept {
  if (std::exchange(ready_, true)) return;
  if (since_ && !stopping_) since_ = now; // It has a whole period from here.
}

void watchdog::on_alive(moment now) noexcept {
  if (stopping_ || period_.count() == 0) return;
  since_ = now;
  forgiven_ = false;
}

void watchdog::on_stopping(moment now) noexcept {
  if (std::exchange(stopping_, true)) return;
  since_ = now;
  forgiven_ = false;
}

std::optional<watchdog::moment> watchdog::due() const noexcept {
  if (!since_ || (!ready_ && !stopping_)) return std::nullopt;
  return *since_ + (stopping_ ? stop_limit_ : period_);
}

bool watchdog::is_hung(moment now) noexcept {
  const auto end = due();
  if (!end || now < *end) return false;
  const auto limit = stopping_ ? stop_limit_ : period_;
  if (now - *end > std::min(late_max, limit / 2) && !std::exchange(forgiven_, true)) {
    since_ = now; // What it said meanwhile is read next.
    return false;
  }
  return true;
}

std::string watchdog::detail() const {
  if (stopping_) return "it said STOPPING=1 and did not end within " + duration_text(stop_limit_);
  return "no WATCHDOG=1 for " + duration_text(period_);
}

} // namespace toolscore
