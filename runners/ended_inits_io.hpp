#pragma once
#include "runners/descriptor_io.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace toolscore {

/// Inits whose tree is empty and who wait with their own end, which takes a mount namespace down
/// and would hold up what is done meanwhile: the restart, or the ends of others. On the loop's
/// thread; all wait for one timer.
class ended_inits : public std::enable_shared_from_this<ended_inits> {
public:
  /// @param quiet_for  how long nothing starts or ends before they do
  /// @param wait_max   how long any waits for that
  explicit ended_inits(boost::asio::io_context& io,
                       std::chrono::milliseconds quiet_for = std::chrono::milliseconds{3},
                       std::chrono::milliseconds wait_max = std::chrono::milliseconds{100})
      : quiet_for_(quiet_for), wait_max_(wait_max), timer_(io) {}

  /// @param control  its control socket, at whose end of file it ends
  void add(descriptor control);
  /// Something starts or ends: they wait a little longer.
  void wait();
  /// They wait no longer.
  void release();
  /// Nor does any that comes later.
  void close();

private:
  using clock = std::chrono::steady_clock;
  void look_at(clock::time_point due);

  const std::chrono::milliseconds quiet_for_;
  const std::chrono::milliseconds wait_max_;
  std::vector<descriptor> controls_;
  boost::asio::steady_timer timer_;
  clock::time_point first_;     ///< When the longest of them came.
  clock::time_point disturbed_; ///< When something was last to be done.
  bool timer_set_ = false;
  bool closed_ = false;
};

} // namespace toolscore
