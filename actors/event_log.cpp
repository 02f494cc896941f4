#include "actors/event_log.hpp"

#include "messages/known_secrets.hpp"

namespace toolscore {

event_ptr event_log::append(event content) {
  content.number = ++last_;
  if (const auto secrets = known_secrets::here().all(); !secrets->empty())
    for (auto& [name, value] : content.fields)
      if (auto hidden = secrets->scrub(value)) value = std::move(*hidden);
  auto entry = std::make_shared<const event>(std::move(content));
  events_.push_back(entry);
  if (events_.size() > events_max_) events_.pop_front();
  return entry;
}

std::vector<event_ptr> event_log::after(std::uint64_t number) const {
  const auto first = last_ - events_.size(); // The number before the oldest kept event.
  const auto skip = number > first ? number - first : 0;
  if (skip >= events_.size()) return {};
  return {events_.begin() + static_cast<std::ptrdiff_t>(skip), events_.end()};
}

} // namespace toolscore
