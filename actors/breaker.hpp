#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace toolscore {

enum class breaker_state : std::uint8_t {
  closed,    ///< Every call goes through.
  open,      ///< Calls are refused at once.
  half_open, ///< One has gone through and decides.
};
const char* to_string(breaker_state x) noexcept;

/// Refuses calls to a server that takes them and does not answer, so that each caller need not wait
/// for its own timeout to learn it. Only what never came back counts: an answer is one, whatever it
/// says. Pure: time is an argument.
class breaker {
public:
  using time_point = std::chrono::steady_clock::time_point;

  breaker() = default;
  explicit breaker(breaker_policy policy) : policy_(policy) {}

  /// May a call go through now? One that may while it is open is the trial.
  bool admits(time_point now);
  void on_answer();
  /// @returns true if it has opened by this
  bool on_failure(time_point now);
  /// A fresh instance has done nothing wrong yet.
  void reset() { on_answer(); }

  breaker_state state() const noexcept { return state_; }
  std::uint32_t failures() const noexcept { return failures_; }
  /// Until the next trial; nothing while it is closed.
  std::optional<std::chrono::milliseconds> next_trial(time_point now) const;

private:
  breaker_policy policy_;
  breaker_state state_ = breaker_state::closed;
  std::uint32_t failures_ = 0; ///< In a row.
  std::uint32_t trials_ = 0;   ///< Those that failed, in a row.
  time_point trial_at_{};
};

} // namespace toolscore
