#pragma once
#include "actors/event_log.hpp"
#include "actors/local_messages_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>

namespace toolscore {

struct events_state {
  static inline const char* name = "toolscore.events";
  std::map<std::uint64_t, std::function<void(event_ptr)>> subscribers;
};

/// Numbers events and hands them to whoever subscribed. The log itself is given from outside, so
/// that a restart of the actor loses no number.
caf::behavior make_events(caf::stateful_actor<events_state>* self, std::shared_ptr<event_log> log);

} // namespace toolscore
