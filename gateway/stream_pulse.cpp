#include "gateway/stream_pulse.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace toolscore {

void stream_pulse::add(std::weak_ptr<beating> stream, standing good) {
  std::erase_if(streams_, [&](const entry& x) {
    return !x.stream.owner_before(stream) && !stream.owner_before(x.stream);
  });
  streams_.push_back({std::move(stream), std::move(good)});
  arm();
}

void stream_pulse::arm() {
  if (!after_ || streams_.empty() || std::exchange(armed_, true)) return;
  after_(every_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    armed_ = false;
    visit(true);
  });
}

void stream_pulse::check() {
  visit(false);
}

void stream_pulse::visit(bool beats) {
  auto left = std::exchange(streams_, {}); // One that ends may begin another.
  std::erase_if(left, [&](const entry& x) {
    const auto stream = x.stream.lock();
    if (!stream) return true;
    if (x.good && !x.good()) {
      stream->revoke();
      return true;
    }
    return beats && !stream->beat();
  });
  streams_.insert(streams_.end(), std::make_move_iterator(left.begin()),
                  std::make_move_iterator(left.end()));
  arm();
}

void stream_pulse::finish() {
  for (const auto& x : std::exchange(streams_, {}))
    if (const auto stream = x.stream.lock()) stream->finish();
}

} // namespace toolscore
