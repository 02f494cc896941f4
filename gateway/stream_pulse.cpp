#include "gateway/stream_pulse.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

void stream_pulse::add(std::weak_ptr<beating> stream) {
  streams_.push_back(std::move(stream));
  arm();
}

void stream_pulse::arm() {
  if (!after_ || streams_.empty() || std::exchange(armed_, true)) return;
  after_(every, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) beat();
  });
}

void stream_pulse::beat() {
  armed_ = false;
  auto left = std::exchange(streams_, {}); // One that ends may begin another.
  std::erase_if(left, [](const auto& x) {
    const auto stream = x.lock();
    return !stream || !stream->beat();
  });
  streams_.insert(streams_.end(), left.begin(), left.end());
  arm();
}

void stream_pulse::finish() {
  for (const auto& x : std::exchange(streams_, {}))
    if (const auto stream = x.lock()) stream->finish();
}

} // namespace toolscore
