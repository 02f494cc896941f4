#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace toolscore {

/// A few threads for work that truly blocks (SQLite, hashing, archives). Work is taken in the order
/// of its posts; with one thread it is also done in that order, one after the other. Its results
/// reach actors by caf::anon_send, and other code by a post to the loop.
class blocking_pool {
public:
  static constexpr std::size_t queue_default_max = 4'096;

  explicit blocking_pool(std::size_t threads = 2, std::size_t queue_max = queue_default_max);
  /// Does what is queued, then ends its threads. Blocks as long as that takes.
  ~blocking_pool();
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  /// Callable from every thread, work included. Never blocks on work.
  /// @returns false if `queue_max` pieces wait already; `work` is then dropped
  /// An exception of `work` ends with the piece that threw it, and is counted.
  [[nodiscard]] bool post(std::function<void()> work);

  /// Pieces that wait; those being done do not count.
  std::size_t queued() const;
  /// Pieces that ended with an exception.
  std::size_t failures() const;

private:
  void serve();

  const std::size_t queue_max_;
  mutable std::mutex guard_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::size_t failures_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace toolscore
