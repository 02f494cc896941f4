#include "gateway/sse_channel.hpp"

namespace toolscore {

std::uint64_t sse_channel::begin_turn() {
  turns_.emplace(++last_, nullptr);
  return last_;
}

void sse_channel::answer(std::uint64_t turn, outbound_answer x) {
  if (turns_.erase(turn) == 0) return;
  if (x.body && !x.body->empty()) stream_->send(x.body);
  if (finishing_ && turns_.empty()) stream_->finish();
}

void sse_channel::watch(std::uint64_t turn, gone_watcher* watcher) {
  if (const auto at = turns_.find(turn); at != turns_.end()) at->second = watcher;
}

void sse_channel::close() {
  while (!turns_.empty()) { // Whoever is told may end another.
    auto* const watcher = turns_.begin()->second;
    turns_.erase(turns_.begin());
    if (watcher != nullptr) watcher->on_gone();
  }
}

void sse_channel::revoke() {
  if (const auto over = std::exchange(revoked_, nullptr)) over();
}

void sse_channel::finish() {
  finishing_ = true;
  if (turns_.empty()) stream_->finish();
}

} // namespace toolscore
