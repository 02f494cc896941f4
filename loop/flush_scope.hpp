#pragma once
#include <memory>
#include <utility>
#include <vector>

namespace toolscore {

/// Whoever has bytes that may go out together with those of others.
class flushable {
public:
  virtual void flush() = 0;

protected:
  ~flushable() = default;
};

/// While one is open, what the loop's handlers and actors have to write is held back; it all goes
/// out when the outermost one ends. One send right after the other is cheaper than each with an
/// actor's work in between, by about a fifth of its cost.
class flush_scope {
public:
  flush_scope() noexcept : outermost_(!open_) { open_ = true; }
  flush_scope(const flush_scope&) = delete;
  flush_scope& operator=(const flush_scope&) = delete;
  ~flush_scope() {
    if (!outermost_) return;
    open_ = false; // What a flush itself brings about is written at once.
    if (held_.empty()) return;
    std::vector<std::shared_ptr<flushable>> taken; // A flush may open a scope of its own.
    taken.swap(held_);
    for (auto& x : taken) x->flush();
    taken.clear();
    held_.swap(taken); // Its room serves the next turn.
  }

  /// Has `x` flushed at the end; it must not join twice. @returns false if no scope is open on this
  /// thread; then the caller writes at once.
  static bool join(std::shared_ptr<flushable> x) {
    if (open_) held_.push_back(std::move(x));
    return open_;
  }

private:
  bool outermost_;
  static inline thread_local bool open_ = false;
  static inline thread_local std::vector<std::shared_ptr<flushable>> held_;
};

} // namespace toolscore
