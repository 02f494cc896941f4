#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace toolscore {

using moment = std::chrono::steady_clock::time_point;

/// What to do about a child that ended. `attempt` counts restarts in a row.
struct restart_now {
  std::uint32_t attempt = 0;
};
struct restart_after {
  milliseconds delay{0};
  std::uint32_t attempt = 0;
};
/// Over the intensity: try it again once after `half_open`; 0 = only by hand.
struct park {
  milliseconds half_open{0};
};
/// Over the intensity, and the parent shall decide.
struct give_up {};
/// Its restart type says that it stays ended.
struct finished {};
using restart_decision = std::variant<restart_now, restart_after, park, give_up, finished>;

/// The restarts of one supervisor, all its children together, that are less than `period` old.
class restart_window {
public:
  explicit restart_window(const intensity_policy& policy) : policy_(policy) {}
  /// @returns false if `max` restarts stand in the window; else one more stands there
  bool admit(moment now);
  void clear() { restarts_.clear(); }

private:
  intensity_policy policy_;
  std::vector<moment> restarts_; ///< At most policy_.max; without any, no memory.
};

/// The brakes of one child, as values: it performs nothing and knows no clock.
class restart_policy {
public:
  /// `parks` chooses between park and give_up.
  restart_policy(restart_type type, const backoff_policy& backoff,
                 const intensity_policy& intensity, bool parks);

  void on_start() { ready_since_.reset(); }
  void on_ready(moment now) { ready_since_ = now; }
  /// The start that comes is the one try of a parked child.
  void on_half_open() { probing_ = true; }
  /// `random` in [0, 1): 0.5 is the middle of the jitter, that is none.
  restart_decision on_end(moment now, bool failed, double random, restart_window& window);
  /// It has ended of what no restart helps: parked at once, until somebody orders its start.
  restart_decision on_hopeless_end();
  /// A person wants it to run: everything counts from zero again.
  void forget();
  /// Restarts in a row since the child was last long enough ready.
  std::uint32_t attempt() const noexcept { return attempt_; }

private:
  restart_decision over() const;
  milliseconds delay(double random) const;

  restart_type type_;
  backoff_policy backoff_;
  intensity_policy intensity_;
  bool parks_;
  std::optional<moment> ready_since_;
  std::uint32_t attempt_ = 0;
  std::uint32_t delayed_ = 0;     ///< How many of them had to wait: the exponent.
  std::uint32_t never_ready_ = 0; ///< Starts in a row that never got ready.
  bool at_once_used_ = false;     ///< The one restart without a delay is spent.
  bool probing_ = false;          ///< Half open: the brakes still stand.
};

} // namespace toolscore
