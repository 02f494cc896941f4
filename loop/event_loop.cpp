#include "loop/event_loop.hpp"

#include <algorithm>

namespace toolscore {

event_loop::event_loop(loop_id id) : id_(id), stays_(io_.get_executor()) {}

void event_loop::run() {
  io_.restart();
  io_.run();
}

void event_loop::run_until(const std::function<bool()>& finished) {
  io_.restart();
  while (!finished())
    if (io_.run_one() == 0) return;
}

bool event_loop::run_until(const std::function<bool()>& finished,
                           std::chrono::steady_clock::time_point deadline) {
  io_.restart();
  while (!finished()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline || io_.stopped()) return false;
    io_.run_one_until(std::min(deadline, now + std::chrono::milliseconds(10)));
  }
  return true;
}

void event_loop::stop() {
  io_.stop();
}

} // namespace toolscore
