#pragma once
#include "messages/server_state.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace toolscore {

/// The life of one install. Only in preparing, cloning, building and sealing is something under way
/// that belongs to the install, exactly one thing: a child process, or work of the pool.
enum class install_state : std::uint8_t {
  checking,  ///< Is it there already? Work of the pool; holds no slot.
  queued,    ///< Waits for a slot.
  preparing, ///< Removes a half-finished predecessor, makes the directory.
  cloning,
  building,
  sealing,            ///< Writes the marker that makes it complete.
  expiring,           ///< A step ran out of time: waits for the end of what was under way.
  cancelling,         ///< Cancelled: the same.
  clearing_failed,    ///< Removes what a failed install left.
  clearing_cancelled, ///< The same after a cancel.
  installed,
  failed,
  cancelled,
};
inline constexpr std::size_t install_state_count = 13;
const char* to_string(install_state x) noexcept;

enum class install_event : std::uint8_t {
  found, ///< The check met a complete install.
  not_found,
  slot_granted,
  clone_begun,
  build_begun,
  nothing_left, ///< No step is left to run.
  sealed,
  step_failed, ///< What was under way failed; it has ended.
  timed_out,
  cancel_asked,
  ended, ///< What was under way when it was cancelled or expired has ended.
  cleared,
};
inline constexpr std::size_t install_event_count = 12;
const char* to_string(install_event x) noexcept;

struct install_transition {
  install_state at;
  install_event event;
  install_state to;
};

/// The whole life; a pair not listed is illegal.
inline constexpr std::array install_transitions = [] {
  using s = install_state;
  using e = install_event;
  return std::array{
      install_transition{s::checking, e::found, s::installed},
      install_transition{s::checking, e::not_found, s::queued},
      install_transition{s::checking, e::step_failed, s::failed},
      install_transition{s::checking, e::cancel_asked, s::cancelled},
      install_transition{s::queued, e::slot_granted, s::preparing},
      install_transition{s::queued, e::cancel_asked, s::cancelled},
      install_transition{s::preparing, e::clone_begun, s::cloning},
      install_transition{s::preparing, e::build_begun, s::building},
      install_transition{s::preparing, e::step_failed, s::clearing_failed},
      install_transition{s::preparing, e::cancel_asked, s::cancelling},
      install_transition{s::cloning, e::build_begun, s::building},
      install_transition{s::cloning, e::nothing_left, s::sealing},
      install_transition{s::cloning, e::step_failed, s::clearing_failed},
      install_transition{s::cloning, e::timed_out, s::expiring},
      install_transition{s::cloning, e::cancel_asked, s::cancelling},
      install_transition{s::building, e::build_begun, s::building},
      install_transition{s::building, e::nothing_left, s::sealing},
      install_transition{s::building, e::step_failed, s::clearing_failed},
      install_transition{s::building, e::timed_out, s::expiring},
      install_transition{s::building, e::cancel_asked, s::cancelling},
      install_transition{s::sealing, e::sealed, s::installed},
      install_transition{s::sealing, e::step_failed, s::clearing_failed},
      install_transition{s::sealing, e::cancel_asked, s::cancelling},
      install_transition{s::expiring, e::ended, s::clearing_failed},
      install_transition{s::expiring, e::cancel_asked, s::cancelling},
      install_transition{s::cancelling, e::ended, s::clearing_cancelled},
      install_transition{s::cancelling, e::cancel_asked, s::cancelling},
      install_transition{s::clearing_failed, e::cleared, s::failed},
      install_transition{s::clearing_failed, e::cancel_asked, s::clearing_cancelled},
      install_transition{s::clearing_cancelled, e::cleared, s::cancelled},
      install_transition{s::clearing_cancelled, e::cancel_asked, s::clearing_cancelled},
  };
}();

/// The state after `event`; nothing where the pair is illegal.
constexpr std::optional<install_state> next(install_state at, install_event event) noexcept {
  for (const auto& row : install_transitions)
    if (row.at == at && row.event == event) return row.to;
  return std::nullopt;
}

constexpr bool is_over(install_state x) noexcept {
  return x == install_state::installed || x == install_state::failed ||
         x == install_state::cancelled;
}

/// Does an install in this state count against `installs_max`?
constexpr bool holds_slot(install_state x) noexcept {
  return !is_over(x) && x != install_state::checking && x != install_state::queued;
}

/// Is a child process or work of the pool under way that must end before the directory is removed?
constexpr bool is_ending(install_state x) noexcept {
  return x == install_state::expiring || x == install_state::cancelling;
}

static_assert(next(install_state::building, install_event::cancel_asked) ==
              install_state::cancelling);

} // namespace toolscore
