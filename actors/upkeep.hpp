#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace toolscore {

/// When a server is to fall asleep for want of calls (idle_stop), and when an instance of it has
/// lived long enough (max_lifetime). Needs one timer, however many calls come. Pure.
class upkeep {
public:
  using moment = std::chrono::steady_clock::time_point;
  enum class verdict : std::uint8_t { wait, sleep, replace };
  /// A life ends up to this fraction before max_lifetime, so that those that began together do not
  /// all end together.
  static constexpr double lifetime_jitter = 0.1;

  explicit upkeep(const server_policy& policy = {});

  /// Whether on_used() is wanted.
  bool counts_use() const noexcept { return idle_stop_.count() > 0; }
  /// `random` in [0, 1). The first that is ready begins the idleness.
  void on_ready(moment now, double random, std::size_t replica = 0) noexcept;
  void on_used(moment now) noexcept { used_ = now; } ///< A call came, or was answered.
  void on_gone(std::size_t replica = 0) noexcept;
  /// When to look next; nothing while there is nothing to look for.
  std::optional<moment> due() const noexcept;
  /// @param busy  calls are in flight or wait
  /// After `sleep` its idleness is looked at no more until may_sleep().
  verdict on_due(moment now, bool busy) noexcept;
  /// Which replica the last `replace` was about: one is replaced at a time.
  std::size_t full() const noexcept { return full_; }
  /// It was asked whether the server may sleep, and it may: is it still idle?
  bool may_sleep(moment now, bool busy) noexcept;
  /// An answer to that is awaited.
  bool asks() const noexcept { return asked_; }

private:
  struct replica_life {
    bool ready = false;
    std::optional<moment> end;
  };
  bool idle(moment now, bool busy) noexcept;
  bool any_ready() const noexcept;

  milliseconds idle_stop_;
  milliseconds max_lifetime_;
  moment used_{};
  std::vector<replica_life> lives_; ///< By the replica's place.
  std::size_t full_ = 0;
  bool asked_ = false;
};

} // namespace toolscore
