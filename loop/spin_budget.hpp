#pragma once
#include <algorithm>
#include <chrono>

namespace toolscore {

/// Whether the loop, out of work, looks for more during a few microseconds before it sleeps. Being
/// woken costs more than a whole call; but a spin that finds nothing is wasted. So it spins while
/// spins find work, stops once they do not, and tries again only after waits that a spin would have
/// covered: an idle node, or one with work now and then, never spins. In the worst case one wait of
/// `short_waits_a_try` is spun for nothing. Times come in as arguments.
class spin_budget {
public:
  using duration = std::chrono::nanoseconds;
  static constexpr duration spin_max = std::chrono::microseconds(30);
  static constexpr int credit_max = 8;
  static constexpr int short_waits_a_try = 16;
  /// A sleep this short would have been a spin: a wake-up takes about as long as the spin.
  static constexpr duration short_wait = 2 * spin_max;

  /// @param processors with one of them, the work waited for needs it: nothing spins
  explicit spin_budget(unsigned processors) noexcept : alone_(processors < 2) {}

  bool may_spin() const noexcept { return credit_ > 0; }
  void spun(bool found) noexcept {
    credit_ = found ? credit_max : std::max(0, credit_ - 1);
    short_waits_ = 0;
  }
  void slept(duration took) noexcept {
    if (alone_ || credit_ > 0) return;
    short_waits_ = took < short_wait ? short_waits_ + 1 : 0;
    if (short_waits_ == short_waits_a_try) credit_ = 1;
  }

private:
  bool alone_;
  int credit_ = 0;
  int short_waits_ = 0;
};

} // namespace toolscore
