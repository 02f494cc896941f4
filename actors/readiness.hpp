#pragma once
#include "messages/server_spec.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

/// When an instance that is asked for no handshake is ready. Pure; the events may come in any order
/// and any number of times, for a process can write its line before we are told that it runs.
class readiness {
public:
  /// What an event leads to.
  enum class verdict : std::uint8_t { wait, ready, timed_out };

  explicit readiness(const server_policy& policy = {});

  /// Whether a line of the log can make it ready.
  bool watches_log() const noexcept { return policy_.kind == ready_kind::log; }

  verdict on_started() noexcept;      ///< Its process runs.
  verdict on_line_matched() noexcept; ///< A line of the log has matched.
  verdict on_timeout() noexcept;      ///< The start timeout is over.

  std::string waiting_for() const; ///< "a log line that matches \"up\""

private:
  bool has_evidence() const noexcept;
  verdict look() noexcept;

  ready_policy policy_;
  bool running_ = false;
  bool matched_ = false;
  bool decided_ = false; ///< A verdict other than wait is given once.
};

} // namespace toolscore
