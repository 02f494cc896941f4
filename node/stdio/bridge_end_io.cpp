#include "node/stdio/bridge_io.hpp"
#include "node/stdio/node_answer.hpp"
#include "node/terminal_io.hpp"

#include <utility>

namespace toolscore {
using namespace std::chrono_literals;

// How it ends: with its client's stdin, by a signal, or because there is no node.

/// A connection broke: is there still a node?
void stdio_bridge::suspect() {
  if (suspicion_ || away_ || leaving_ || !gone_.empty()) return;
  ask_health([this](const exchange_end& end) {
    if (end.ended == exchange_end::how::unreachable) return lose(end.why);
    // One that is being killed takes a connection and answers nothing.
    if (end.ended == exchange_end::how::whole || ++doubts_ >= limits_.doubts_max) {
      doubts_ = 0;
      return;
    }
    doubt_timer_.expires_after(limits_.hear_again);
    doubt_timer_.async_wait([this](boost::system::error_code failure) {
      if (!failure) suspect();
    });
  });
}

void stdio_bridge::ask_health(std::function<void(const exchange_end&)> then) {
  http_request request;
  request.target = "/healthz";
  exchange_events events;
  events.on_end = [this, then = std::move(then)](const exchange_end& end) {
    suspicion_.reset();
    then(end);
  };
  exchange_limits limits;
  limits.head = 5s;
  suspicion_ = node_exchange::start(loop_, node_, request, std::move(events), limits);
}

void stdio_bridge::give_up(exit_code code, std::string why) {
  if (!gone_.empty() || leaving_) return;
  gone_ = std::move(why);
  code_ = code;
  write_error("error: " + gone_ + "\n");
  if (ear_) ear_->close();
  bool told = false;
  for (auto& [id, each] : std::exchange(calls_, {})) {
    told = true;
    if (each->way) each->way->close();
    fail(each, gone_);
  }
  listens_ = 0;
  for (const auto& each : std::exchange(waiting_, {})) {
    told = true;
    say(failure_line(each.id, gone_));
  }
  notes_.clear();
  if (input_over_) return leave();
  // A client that has just started asks first: its answer says more than an end would.
  leave_after(told ? 500ms : limits_.for_words);
}

bool stdio_bridge::is_idle() const {
  return calls_.empty() && waiting_.empty() && notes_.empty() && !note_in_flight_;
}

void stdio_bridge::leave_when_idle() {
  if (input_over_ && is_idle()) leave();
}

void stdio_bridge::on_input_end() {
  input_over_ = true;
  if (!gone_.empty()) return leave();
  if (ear_) ear_->close();
  const auto calls = calls_;
  for (const auto& [id, each] : calls)
    if (each->message.listens()) {
      if (each->way) each->way->close();
      remove(each);
    }
  if (leaving_) return;
  leave_after(limits_.at_end);
  leave_when_idle();
}

void stdio_bridge::finish() {
  leave();
}

void stdio_bridge::leave_after(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([this](boost::system::error_code failure) {
    if (!failure) leave();
  });
}

void stdio_bridge::leave() {
  if (std::exchange(leaving_, true)) return;
  in_.stop();
  for (auto* timer :
       {&timer_, &hear_timer_, &doubt_timer_, &away_timer_, &knock_timer_, &listen_timer_})
    timer->cancel();
  for (const auto& [id, each] : calls_)
    if (each->way) each->way->close();
  if (ear_) ear_->close();
  if (session_.id.empty() || away_ || !gone_.empty()) return flush();
  http_request request;
  request.method = "DELETE";
  request.target = target_;
  request.headers = mcp::session_headers(session_);
  exchange_events events;
  events.on_end = [this](const exchange_end&) { flush(); };
  exchange_limits limits;
  limits.connect = limits.head = 1s;
  ear_ = node_exchange::start(loop_, node_, request, std::move(events), limits);
}

/// A reader that does not read does not hold us up for long.
void stdio_bridge::flush() {
  timer_.expires_after(2s);
  timer_.async_wait([this](boost::system::error_code failure) {
    if (!failure && on_over_) std::exchange(on_over_, nullptr)();
  });
  out_.when_empty([this] {
    timer_.cancel();
    if (on_over_) std::exchange(on_over_, nullptr)();
  });
}

} // namespace toolscore
