#pragma once
#include "messages/events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace toolscore {

/// The last events, numbered from 1 without gaps. Pure.
class event_log {
public:
  explicit event_log(std::size_t events_max) : events_max_(events_max) {}

  event_ptr append(event content);
  /// Tells all kept events with a greater number, oldest first.
  void tell_after(std::uint64_t number, const std::function<void(event_ptr)>& take) const;
  std::uint64_t last_number() const noexcept { return last_; }

private:
  std::size_t events_max_;
  std::uint64_t last_ = 0;
  std::deque<std::string> events_; ///< Each packed into one text.
};

} // namespace toolscore
