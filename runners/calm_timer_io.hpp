#pragma once
#include "loop/asio.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace toolscore {

/// Calls a function once nothing has happened for a while, for what may well wait but not for ever.
/// On the loop's thread; without anybody who waits there is no timer.
class calm_timer : public std::enable_shared_from_this<calm_timer> {
public:
  /// @param quiet_for  how long nothing happens before it is calm
  /// @param wait_max   how long is waited for that
  calm_timer(boost::asio::io_context& io, std::chrono::milliseconds quiet_for,
             std::chrono::milliseconds wait_max, std::function<void()> then)
      : quiet_for_(quiet_for), wait_max_(wait_max), then_(std::move(then)), timer_(io) {}

  /// Somebody waits, which is something that happens.
  void wait();
  /// Something happens: who waits does so a little longer.
  void disturb() { disturbed_ = clock::now(); }
  /// Nobody waits any more.
  void forget() { waits_ = false; }
  void cancel() { timer_.cancel(); }

private:
  using clock = std::chrono::steady_clock;
  void look_at(clock::time_point due);

  const std::chrono::milliseconds quiet_for_;
  const std::chrono::milliseconds wait_max_;
  const std::function<void()> then_;
  boost::asio::steady_timer timer_;
  clock::time_point first_;     ///< Since when somebody waits.
  clock::time_point disturbed_; ///< When something last happened.
  bool waits_ = false;
  bool timer_set_ = false;
};

} // namespace toolscore
