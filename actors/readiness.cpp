#include "actors/readiness.hpp"

namespace toolscore {

readiness::readiness(const server_policy& policy)
    : policy_(policy.ready.value_or(ready_policy{
          policy.link == link_kind::none ? ready_kind::started : ready_kind::mcp, {}})) {}

readiness::verdict readiness::on_started() noexcept {
  running_ = true;
  return look();
}

readiness::verdict readiness::on_line_matched() noexcept {
  matched_ = true;
  return look();
}

readiness::verdict readiness::on_timeout() noexcept {
  if (decided_) return verdict::wait;
  decided_ = true;
  return verdict::timed_out;
}

bool readiness::has_evidence() const noexcept {
  switch (policy_.kind) {
  case ready_kind::started:
    return true;
  case ready_kind::log:
    return matched_;
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
  return "a log line that matches \"" + policy_.log_pattern + "\"";
}

} // namespace toolscore
