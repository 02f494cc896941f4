#pragma once
#include "runners/calm_timer_io.hpp"
#include "runners/descriptor_io.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace toolscore {

/// Inits whose tree is empty and who wait with their own end, which takes a mount namespace down
/// and would hold up what is done meanwhile: the restart, or the ends of others. On the loop's
/// thread; all wait for one timer.
class ended_inits {
public:
  /// @param quiet_for  how long nothing starts or ends before they do
  /// @param wait_max   how long any waits for that
  explicit ended_inits(boost::asio::io_context& io,
                       std::chrono::milliseconds quiet_for = std::chrono::milliseconds{3},
                       std::chrono::milliseconds wait_max = std::chrono::milliseconds{100})
      : calm_(std::make_shared<calm_timer>(io, quiet_for, wait_max, [this] { release(); })) {}
  ended_inits(const ended_inits&) = delete;
  ended_inits& operator=(const ended_inits&) = delete;

  /// @param control  its control socket, at whose end of file it ends
  void add(descriptor control);
  /// Something starts or ends: they wait a little longer.
  void wait() { calm_->disturb(); }
  /// They wait no longer.
  void release();
  /// Nor does any that comes later.
  void close();

private:
  std::vector<descriptor> controls_;
  std::shared_ptr<calm_timer> calm_;
  bool closed_ = false;
};

} // namespace toolscore
