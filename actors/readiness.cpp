#include "actors/readiness.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

readiness::readiness(const server_policy& policy)
    : policy_(policy.ready.value_or(ready_policy{
          policy.link == link_kind::none ? ready_kind::started : ready_kind::mcp, {}, {}})),
      start_timeout_(policy.start_timeout) {}

readiness::verdict readiness::on_started(moment now) noexcept {
  if (!std::exchange(running_, true)) {
    started_ = now;
    deadline_ = now + start_timeout_;
  }
  return look();
}

readiness::verdict readiness::on_line_matched() noexcept {
  seen_ = true;
  return look();
}

readiness::verdict readiness::on_notified() noexcept {
  seen_ = true;
  return look();
}

readiness::verdict readiness::on_probed(std::string failure) {
  failure_ = std::move(failure);
  if (!failure_.empty()) return verdict::wait;
  seen_ = true;
  return look();
}

void readiness::extend(std::chrono::microseconds by, moment now) noexcept {
  if (!running_) return; // What it asks for counts from its start, which is not over before that.
  const auto wanted = now + std::chrono::ceil<milliseconds>(by);
  deadline_ = std::clamp(wanted, deadline_,
                         std::max(deadline_, started_ + extensions_max * start_timeout_));
}

readiness::verdict readiness::on_timeout(moment now) noexcept {
  if (decided_ || (running_ && now < deadline_)) return verdict::wait;
  decided_ = true;
  return verdict::timed_out;
}

milliseconds readiness::next_pause() noexcept {
  pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
  return pause_;
}

bool readiness::has_evidence() const noexcept {
  switch (policy_.kind) {
  case ready_kind::started:
    return true;
  case ready_kind::log:
  case ready_kind::notify:
  case ready_kind::http:
  case ready_kind::tcp:
  case ready_kind::ws:
    return seen_;
  case ready_kind::mcp:
    break; // The handshake says so, not we.
  }
  return false;
}

readiness::verdict readiness::look() noexcept {
  if (decided_ || !running_ || !has_evidence()) return verdict::wait;
  decided_ = true;
  return verdict::ready;
}

std::string readiness::waiting_for() const {
  if (!running_) return "its process to run";
  const auto last = failure_.empty() ? std::string{} : "; the last probe: " + failure_;
  switch (policy_.kind) {
  case ready_kind::notify:
    return "READY=1 on NOTIFY_SOCKET";
  case ready_kind::http:
    return "an answer to GET " + policy_.path + last;
  case ready_kind::tcp:
    return "its port to take a connection" + last;
  case ready_kind::ws:
    return "its port to open a WebSocket at " + policy_.path + last;
  default:
    return "a log line that matches \"" + policy_.log_pattern + "\"";
  }
}

} // namespace toolscore
