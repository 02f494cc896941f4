#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// The watchdog of a server that keeps it from running out by WATCHDOG=1, as in systemd; it watches
/// from the first of those on, and from readiness at the earliest, so that a server that does not
/// know of watchdogs is left alone. Needs one timer, however often the server speaks. Pure.
class watchdog {
public:
  using moment = std::chrono::steady_clock::time_point;
  /// A deadline found so late was missed by us: the node was suspended or starved.
  static constexpr milliseconds late_max{1'000};

  /// @param policy  its period is ping.every * ping.failures; none where pings are off
  explicit watchdog(const server_policy& policy = {});

  /// What WATCHDOG_USEC is to be; 0 = nothing is watched.
  milliseconds period() const noexcept { return period_; }
  void on_ready(moment now) noexcept;
  void on_alive(moment now) noexcept; ///< WATCHDOG=1
  /// STOPPING=1: it ends by itself, or it hangs at that.
  void on_stopping(moment now) noexcept;
  /// When to look next; nothing while nothing is watched.
  std::optional<moment> due() const noexcept;
  /// It is looked at. @returns whether it is hung; else due() tells when to look again
  bool is_hung(moment now) noexcept;
  std::string detail() const; ///< "no WATCHDOG=1 for 45s"

private:
  milliseconds period_;
  milliseconds stop_limit_;
  bool ready_ = false;
  bool stopping_ = false;
  bool forgiven_ = false;
  std::optional<moment> since_; ///< The last WATCHDOG=1, or STOPPING=1.
};

} // namespace toolscore
