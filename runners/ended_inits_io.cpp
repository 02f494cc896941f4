#include "runners/ended_inits_io.hpp"

namespace toolscore {
namespace {

constexpr std::size_t waiting_max = 1'000;

} // namespace

void ended_inits::add(descriptor control) {
  controls_.push_back(std::move(control));
  if (closed_ || controls_.size() >= waiting_max) return release();
  calm_->wait();
}

void ended_inits::release() {
  calm_->forget();
  controls_.clear();
}

void ended_inits::close() {
  closed_ = true;
  calm_->cancel();
  release();
}

} // namespace toolscore
