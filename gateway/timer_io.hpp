#pragma once
#include "loop/asio.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace toolscore {

/// Runs something once on that loop, after a while.
inline std::function<void(std::chrono::milliseconds, std::function<void()>)>
timer_on(boost::asio::io_context& io) {
  return [&io](std::chrono::milliseconds wait, std::function<void()> work) {
    auto timer = std::make_shared<boost::asio::steady_timer>(io, wait);
    timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& failed) {
      if (!failed) work();
    });
  };
}

} // namespace toolscore
