#pragma once
#include "loop/asio.hpp"
#include "loop/spin_budget.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <functional>

namespace toolscore {

/// One thread's io_context: it owns every descriptor of the node and runs its actors. The loop has
/// no thread of its own; it is whichever thread calls run() or run_until().
class event_loop {
public:
  explicit event_loop(loop_id id = {});
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  loop_id id() const noexcept { return id_; }
  boost::asio::io_context& io() noexcept { return io_; }
  /// True while the calling thread is inside run() or run_until() of this loop.
  bool runs_here() noexcept { return io_.get_executor().running_in_this_thread(); }

  /// Runs handlers until stop(); an idle loop sleeps in epoll and makes no wake-ups.
  void run();
  /// Runs handlers until `finished`, which is asked before and after each of them, or until stop().
  /// While work comes in quick succession it spins a little before it sleeps (spin_budget).
  void run_until(const std::function<bool()>& finished);
  /// The same, ended by a deadline too. Asks at least every 10 ms, so that what other threads do
  /// counts without a post. @returns whether `finished` came true
  bool run_until(const std::function<bool()>& finished,
                 std::chrono::steady_clock::time_point deadline);
  /// Ends run() soon. Callable from every thread; the next run() starts afresh.
  void stop();

private:
  bool found_spinning();

  loop_id id_;
  // Other threads post to the loop, so Asio's own locks must stay: 1 says only that one thread
  // runs.
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_;
  spin_budget spin_;
};

} // namespace toolscore
