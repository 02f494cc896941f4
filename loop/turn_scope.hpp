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
    open_ = false; // What the work itself puts off is posted.
    if (auto* work = std::exchange(waiting_, nullptr)) work->run_turn();
  }

  /// @returns false if no scope is open on this thread; then the caller posts its work
  static bool defer(turn_work& work) noexcept {
    if (!open_ || (waiting_ != nullptr && waiting_ != &work)) return false;
    waiting_ = &work;
    return true;
  }

private:
  flush_scope flush_; ///< Ends after the work has run.
  bool outermost_;
  static inline thread_local bool open_ = false;
  static inline thread_local turn_work* waiting_ = nullptr;
};

} // namespace toolscore
