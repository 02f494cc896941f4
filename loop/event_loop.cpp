#include "loop/event_loop.hpp"

#include <algorithm>
#include <sched.h>
#include <thread>

namespace toolscore {

event_loop::event_loop(loop_id id)
    : id_(id), stays_(io_.get_executor()), spin_(std::thread::hardware_concurrency()) {}

void event_loop::run() {
  io_.restart();
  io_.run();
}

void event_loop::run_until(const std::function<bool()>& finished) {
  io_.restart();
  while (!finished()) {
    if (io_.poll_one() != 0) continue;
    if (spin_.may_spin() && found_spinning()) continue;
    const auto slept_at = std::chrono::steady_clock::now();
    if (io_.run_one() == 0) return;
    spin_.slept(std::chrono::steady_clock::now() - slept_at);
  }
}

bool event_loop::found_spinning() {
  const auto until = std::chrono::steady_clock::now() + spin_budget::spin_max;
  bool found = false;
  do {
    ::sched_yield(); // Whoever has the work that is waited for may need this processor.
    found = io_.poll_one() != 0;
  } while (!found && !io_.stopped() && std::chrono::steady_clock::now() < until);
  spin_.spun(found);
  return found;
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
