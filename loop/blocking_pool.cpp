#include "loop/blocking_pool.hpp"

#include <algorithm>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace toolscore {
namespace {

constexpr int lower_priority = 5; // Of 19; about a third of the weight of an ordinary thread.

} // namespace

blocking_pool::blocking_pool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  for (std::size_t left = std::max<std::size_t>(threads, 1); left > 0; --left)
    threads_.emplace_back([this] { serve(); });
}

blocking_pool::~blocking_pool() {
  {
    const std::lock_guard hold(guard_);
    ending_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool blocking_pool::post(std::function<void()> work) {
  {
    const std::lock_guard hold(guard_);
    if (queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

std::size_t blocking_pool::queued() const {
  const std::lock_guard hold(guard_);
  return queue_.size();
}

std::size_t blocking_pool::failures() const {
  const std::lock_guard hold(guard_);
  return failures_;
}

void blocking_pool::serve() {
  // The loop's thread comes first; a batch of records is not to keep a call waiting.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), lower_priority);
  std::unique_lock hold(guard_);
  while (true) {
    changed_.wait(hold, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    hold.unlock();
    bool failed = false;
    try {
      work();
    } catch (...) {
      failed = true;
    }
    work = nullptr; // What it holds is released outside the lock.
    hold.lock();
    failures_ += failed;
  }
}

} // namespace toolscore
