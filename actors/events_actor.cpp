#include "actors/events_actor.hpp"

#include "loop/house_handlers.hpp"

#include <caf/event_based_actor.hpp>

namespace toolscore {

caf::behavior make_events(caf::stateful_actor<events_state>* self, std::shared_ptr<event_log> log) {
  set_house_handlers(self);
  return {
      [self, log](const new_event& message) {
        const auto entry = log->append(message.content);
        for (const auto& [subscription, sink] : self->state.subscribers) sink(entry);
      },
      [self, log](const subscribe_events& request) {
        log->tell_after(request.after, request.sink);
        self->state.subscribers[request.subscription] = request.sink;
      },
      [self](const unsubscribe_events& request) {
        self->state.subscribers.erase(request.subscription);
      },
  };
}

} // namespace toolscore
