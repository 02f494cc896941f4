#include "supervisor/stop_ladder.hpp"

#include <array>

namespace toolscore {
namespace {

using at = stop_rung;

/// rows[rung][event], events in the order of their enumerators.
constexpr std::array<std::array<stop_rung, stop_event_count>, stop_rung_count> rows{{
    // drained, process_gone, tree_empty, tree_alive, deadline
    {at::close_stdin, at::verify, at::done, at::drain, at::close_stdin}, // drain
    {at::close_stdin, at::verify, at::done, at::close_stdin, at::term},  // close_stdin
    {at::term, at::verify, at::done, at::term, at::kill},                // term
    {at::kill, at::verify, at::done, at::kill, at::verify},              // kill
    {at::verify, at::verify, at::done, at::kill, at::kill},              // verify
    {at::done, at::done, at::done, at::done, at::done},                  // done
}};

} // namespace

const char* to_string(stop_rung x) noexcept {
  static constexpr std::array names{"drain", "close_stdin", "term", "kill", "verify", "done"};
  static_assert(names.size() == stop_rung_count);
  const auto place = static_cast<std::size_t>(x);
  return place < names.size() ? names[place] : "unknown";
}

stop_rung next(stop_rung rung, stop_event event) noexcept {
  return rows[static_cast<std::size_t>(rung)][static_cast<std::size_t>(event)];
}

stop_step stop_ladder::begin(moment now, bool calls_in_flight, bool process_gone) {
  begun_ = true;
  if (process_gone) return enter(stop_rung::verify, now);
  if (calls_in_flight && policy_.drain.count() > 0) return enter(stop_rung::drain, now);
  return enter(stop_rung::close_stdin, now);
}

std::optional<stop_step> stop_ladder::next(moment now, stop_event event) {
  if (!begun_ || rung_ == stop_rung::done) return std::nullopt;
  auto to = toolscore::next(rung_, event);
  if (to == rung_) return std::nullopt;
  if (to == stop_rung::kill && kills_ >= kills_max) to = stop_rung::done;
  times_.push_back({rung_, std::chrono::duration_cast<milliseconds>(now - since_)});
  if (event == stop_event::tree_empty) clean_ = true;
  return enter(to, now);
}

stop_step stop_ladder::enter(stop_rung rung, moment now) {
  rung_ = rung;
  since_ = now;
  if (rung == stop_rung::kill) ++kills_;
  if (rung == stop_rung::done) return {rung, std::nullopt};
  return {rung, now + wait(rung)};
}

milliseconds stop_ladder::wait(stop_rung rung) const noexcept {
  switch (rung) {
  case stop_rung::drain:
    return policy_.drain;
  case stop_rung::close_stdin:
    return policy_.stdin_close;
  case stop_rung::term:
    return policy_.term;
  case stop_rung::kill:
    return kill_wait_max;
  case stop_rung::verify:
    return verify_wait_max;
  case stop_rung::done:
    break;
  }
  return milliseconds{0};
}

} // namespace toolscore
