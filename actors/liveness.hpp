#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace toolscore {

/// Whether one instance still lives, from its pings and from every line it writes. A busy server
/// that writes anything is not hung; nor is one whose answer we were not there to read. Pure: time
/// is an argument.
class liveness {
public:
  using moment = std::chrono::steady_clock::time_point;
  /// A deadline found so late was missed by us: the node was suspended or starved.
  static constexpr milliseconds late_max{1'000};

  explicit liveness(const ping_policy& policy = {}) : policy_(policy) {}

  void heard() noexcept { heard_ = true; } ///< Any line.
  void answered() noexcept { missed_ = 0; }
  /// A ping is sent now.
  void asked() noexcept;
  /// `count` pings were found past their deadline; `oldest` is the first of their deadlines. Late
  /// ones give the server one more round, once in a row.
  /// @returns whether it is hung
  bool expired(std::uint32_t count, moment oldest, moment now) noexcept;

  bool unhealthy() const noexcept { return missed_ > 0; }
  std::uint32_t missed() const noexcept { return missed_; } ///< In a row.
  std::string detail() const;                               ///< "2 pings in a row"

private:
  ping_policy policy_;
  std::uint32_t missed_ = 0;
  bool heard_ = false;    ///< Since the last ping.
  bool forgiven_ = false; ///< The last deadline was late.
};

} // namespace toolscore
