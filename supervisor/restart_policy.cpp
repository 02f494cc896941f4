#include "supervisor/restart_policy.hpp"

#include <algorithm>
#include <cmath>

namespace toolscore {

bool restart_window::admit(moment now) {
  const auto counts = [&](moment then) { return now - then < policy_.period; };
  restarts_.erase(restarts_.begin(), std::find_if(restarts_.begin(), restarts_.end(), counts));
  if (restarts_.size() >= policy_.max) return false;
  restarts_.push_back(now);
  return true;
}

restart_policy::restart_policy(restart_type type, const backoff_policy& backoff,
                               const intensity_policy& intensity, bool parks)
    : type_(type), backoff_(backoff), intensity_(intensity), parks_(parks) {}

restart_decision restart_policy::on_end(moment now, bool failed, double random,
                                        restart_window& window) {
  const auto ready_since = std::exchange(ready_since_, std::nullopt);
  if (type_ == restart_type::temporary || (type_ == restart_type::transient && !failed))
    return finished{};
  if (ready_since) {
    never_ready_ = 0;
    if (now - *ready_since >= backoff_.reset_after) {
      if (probing_) window.clear();
      forget();
    }
  } else {
    ++never_ready_;
    if (probing_) return over();
    if (intensity_.never_ready > 0 && never_ready_ >= intensity_.never_ready) return over();
  }
  probing_ = false;
  if (!window.admit(now)) return over();
  ++attempt_;
  if (ready_since && !std::exchange(at_once_used_, true)) return restart_now{attempt_};
  const auto wait = delay(random);
  ++delayed_;
  return restart_after{wait, attempt_};
}

restart_decision restart_policy::on_hopeless_end() {
  if (type_ == restart_type::temporary) return finished{};
  forget();
  ready_since_.reset();
  if (parks_) return park{milliseconds{0}};
  return give_up{};
}

void restart_policy::forget() {
  attempt_ = 0;
  delayed_ = 0;
  never_ready_ = 0;
  at_once_used_ = false;
  probing_ = false;
}

restart_decision restart_policy::over() const {
  if (parks_) return park{intensity_.half_open};
  return give_up{};
}

milliseconds restart_policy::delay(double random) const {
  // In floating point, so that no exponent overflows: the cap also takes infinity.
  const auto longest = static_cast<double>(backoff_.max.count());
  const auto base = static_cast<double>(backoff_.min.count()) *
                    std::pow(std::max(backoff_.factor, 1.0), static_cast<double>(delayed_));
  const auto spread = std::clamp(backoff_.jitter, 0.0, 1.0) * (2.0 * random - 1.0);
  return milliseconds(std::llround(std::min(base, longest) * (1.0 + spread)));
}

} // namespace toolscore
