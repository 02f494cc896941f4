#pragma once
#include "loop/flush_scope.hpp"

#include <utility>

namespace toolscore {

/// Whoever has work that is to run when the handler at hand ends, and not a round of the loop
/// later.
class turn_work {
public:
  virtual void run_turn() = 0;

protected:
  ~turn_work() = default;
};

/// Opened by a handler of the loop that sends to actors: they run at its end, before the loop looks
/// at its descriptors again. A post would cost the loop one more look. Of nested scopes only the
/// outermost counts.
class turn_scope {
public:
  turn_scope() noexcept : outermost_(!open_) { open_ = true; }
  turn_scope(const turn_scope&) = delete;
  turn_scope& operator=(const turn_scope&) = delete;
  ~turn_scope() {
    if (!outermost_) return;
    hand_in();
    open_ = false; // What the work itself puts off is posted.
    if (auto* work = std::exchange(waiting_, nullptr)) work->run_turn();
  }

  /// @returns false if no scope is open on this thread; then the caller posts its work
  static bool defer(turn_work& work) noexcept {
    if (!open_ || (waiting_ != nullptr && waiting_ != &work)) return false;
    waiting_ = &work;
    return true;
  }

  /// For who gathers what the actors are to be sent: runs `work` before them, or at hand_in().
  /// @returns false if no scope is open on this thread; then the caller sends at once
  static bool gather(turn_work& work) noexcept {
    if (!open_ || (gathering_ != nullptr && gathering_ != &work)) return false;
    gathering_ = &work;
    return true;
  }
  /// Sends what was gathered, before something that must come after it.
  static void hand_in() {
    if (auto* work = std::exchange(gathering_, nullptr)) work->run_turn();
  }

private:
  flush_scope flush_; ///< Ends after the work has run.
  bool outermost_;
  static inline thread_local bool open_ = false;
  static inline thread_local turn_work* waiting_ = nullptr;
  static inline thread_local turn_work* gathering_ = nullptr;
};

} // namespace toolscore
