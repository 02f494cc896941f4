#pragma once
#include "messages/server_spec.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace toolscore {

/// What a supervisor reports about one child, in order, to its observer.
enum class child_event : std::uint8_t {
  starting,    ///< A start was permitted and the child is spawned.
  ready,       ///< It said so.
  ended,       ///< It is gone; `reason` says why. Comes before what is decided about it.
  backing_off, ///< It will be started again in `delay`.
  parked,      ///< Over the intensity; tried again in `delay` (0 = only by hand).
  finished,    ///< It will not be started again: its restart type says so, or it was asked to stop.
  waiting,     ///< The coordinator holds its start back; `reason` says what for.
  restarting,  ///< It is started again at once: as soon as that is permitted.
};
inline constexpr std::size_t child_event_count = 8;
const char* to_string(child_event x) noexcept;

struct child_report {
  std::string child;
  child_event what = child_event::starting;
  std::uint64_t number = 0;  ///< Of the start; counts up from 1 over the supervisor's life.
  std::uint32_t attempt = 0; ///< Restarts in a row since it was last long enough ready.
  std::chrono::milliseconds delay{0};
  std::string reason; ///< One line; empty for a normal end.
};

/// A child tells its supervisor that it serves.
struct child_ready {
  std::string child;
  std::uint64_t number = 0;
};

/// Orders to a supervisor about one child. All are idempotent.
struct stop_child {
  std::string child;
}; ///< Ends it and keeps it ended.
struct start_child {
  std::string child;
}; ///< Starts it, forgets its brakes; also unparks.
struct restart_child {
  std::string child;
}; ///< Ends it and starts it at once; no brake counts it.
struct remove_child {
  std::string child;
}; ///< Ends it and forgets it.

/// The gate every start passes (the coordinator keeps it). Asked by a supervisor, answered in
/// order; a permit is given back when the child is ready or gone.
struct permit_request {
  std::string child;
  std::uint64_t number = 0;
  std::string supervisor; ///< The name of the one who asks.
  bool restart = false;   ///< The child ended by itself, and starts again.
  bool alone = true;      ///< No other child of this supervisor is ready.
  bool last = true;       ///< No other child of it lives.
};
struct permit_granted {
  std::string child;
  std::uint64_t number = 0;
};
/// The start is held back, for more than want of room; the grant comes later.
struct permit_deferred {
  std::string child;
  std::uint64_t number = 0;
  std::string reason; ///< One line.
};
/// To a coordinator that came after the one who granted it.
struct permit_held {
  std::string child;
  std::uint64_t number = 0;
};
struct permit_release {
  std::string child;
  std::uint64_t number = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, child_report& x) {
  return f(x.child, x.what, x.number, x.attempt, x.delay, x.reason);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, child_ready& x) {
  return f(x.child, x.number);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_child& x) {
  return f(x.child);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start_child& x) {
  return f(x.child);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, restart_child& x) {
  return f(x.child);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remove_child& x) {
  return f(x.child);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, permit_request& x) {
  return f(x.child, x.number, x.supervisor, x.restart, x.alone, x.last);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, permit_deferred& x) {
  return f(x.child, x.number, x.reason);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, permit_held& x) {
  return f(x.child, x.number);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, permit_granted& x) {
  return f(x.child, x.number);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, permit_release& x) {
  return f(x.child, x.number);
}

} // namespace toolscore
