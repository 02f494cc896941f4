#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace toolscore {

/// How an instance is stopped, one rung after the other. The name of a rung is what its owner does
/// when it is reached.
enum class stop_rung : std::uint8_t {
  drain,       ///< Refuse new calls, let those in flight end.
  close_stdin, ///< The portable request to end.
  term,        ///< SIGTERM + SIGCONT to the tree.
  kill,        ///< SIGKILL to the tree.
  verify,      ///< Look whether the tree is empty, and say so.
  done,        ///< Nothing left to do.
};
inline constexpr std::size_t stop_rung_count = 6;
const char* to_string(stop_rung x) noexcept;

enum class stop_event : std::uint8_t {
  drained,      ///< No call is in flight.
  process_gone, ///< The server itself ended; its tree may not have.
  tree_empty,   ///< Nothing of it is left.
  tree_alive,   ///< Something of it is left.
  deadline,     ///< The rung's time is over.
};
inline constexpr std::size_t stop_event_count = 5;

/// @returns where the event leads; the same rung means that nothing is to be done
stop_rung next(stop_rung at, stop_event event) noexcept;

struct rung_time {
  stop_rung rung = stop_rung::drain;
  milliseconds took{0};
};

/// The rung just reached: perform it, then give every event to the ladder, the deadline included.
struct stop_step {
  stop_rung rung = stop_rung::done;
  std::optional<std::chrono::steady_clock::time_point> deadline; ///< None for done.
};

/// One stop of one instance. A rung whose condition is already met is skipped.
class stop_ladder {
public:
  using moment = std::chrono::steady_clock::time_point;
  /// A killed process is gone within this, or it hangs in the kernel.
  static constexpr milliseconds kill_wait_max{2'000};
  static constexpr milliseconds verify_wait_max{1'000};
  /// A tree that is not empty is killed again at most so often; then it is reported as alive.
  static constexpr std::uint32_t kills_max = 3;

  explicit stop_ladder(const stop_policy& policy) : policy_(policy) {}

  /// Once. Without calls in flight there is no drain, without a process nothing but a verify.
  stop_step begin(moment now, bool calls_in_flight, bool process_gone);
  /// @returns the next rung; nullopt if the event changes nothing, or the stop is over
  std::optional<stop_step> next(moment now, stop_event event);

  bool begun() const noexcept { return begun_; }
  stop_rung rung() const noexcept { return rung_; }
  /// After done: false means that something of the tree survived every kill.
  bool clean() const noexcept { return clean_; }
  /// The rungs that were left, in order, with the time spent on each.
  const std::vector<rung_time>& times() const noexcept { return times_; }

private:
  stop_step enter(stop_rung rung, moment now);
  milliseconds wait(stop_rung rung) const noexcept;

  stop_policy policy_;
  stop_rung rung_ = stop_rung::drain;
  moment since_{};
  std::uint32_t kills_ = 0;
  bool begun_ = false;
  bool clean_ = false;
  std::vector<rung_time> times_;
};

} // namespace toolscore
