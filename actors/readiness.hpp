#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// When an instance that is asked for no handshake is ready. Pure; the events may come in any order
/// and any number of times, for a process can write its line before we are told that it runs.
class readiness {
public:
  using moment = std::chrono::steady_clock::time_point;
  /// What an event leads to.
  enum class verdict : std::uint8_t { wait, ready, timed_out };
  /// EXTEND_TIMEOUT_USEC moves the end of a start to at most so many start timeouts.
  static constexpr int extensions_max = 10;
  /// The pause before the next probe doubles from the first to the last.
  static constexpr milliseconds pause_min{20};
  static constexpr milliseconds pause_max{1'000};

  explicit readiness(const server_policy& policy = {});

  /// Whether a line of the log can make it ready.
  bool watches_log() const noexcept { return policy_.kind == ready_kind::log; }
  /// Whether it is given NOTIFY_SOCKET.
  bool is_notified() const noexcept { return policy_.kind == ready_kind::notify; }
  /// Whether its port is probed.
  bool probes() const noexcept { return policy_.probes(); }

  verdict on_started(moment now) noexcept; ///< Its process runs.
  verdict on_line_matched() noexcept;      ///< A line of the log has matched.
  verdict on_notified() noexcept;          ///< READY=1
  /// A probe has ended; an empty failure is success.
  verdict on_probed(std::string failure);
  /// EXTEND_TIMEOUT_USEC: its start is to end in so much time from now, if that is later.
  void extend(std::chrono::microseconds by, moment now) noexcept;
  /// The timer of `deadline` has come.
  verdict on_timeout(moment now) noexcept;

  /// When its start is over; extensions move it.
  moment deadline() const noexcept { return deadline_; }
  /// The pause before the next probe of a start.
  milliseconds next_pause() noexcept;

  std::string waiting_for() const; ///< "a log line that matches \"up\""

private:
  bool has_evidence() const noexcept;
  verdict look() noexcept;

  ready_policy policy_;
  milliseconds start_timeout_;
  moment started_{};
  moment deadline_{};
  milliseconds pause_{0};
  std::string failure_; ///< Of the last probe.
  bool running_ = false;
  bool seen_ = false;    ///< The line, the word or the answer that makes it ready.
  bool decided_ = false; ///< A verdict other than wait is given once.
};

} // namespace toolscore
