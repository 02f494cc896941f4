#include "actors/coordinator_actor.hpp"

#include "loop/house_handlers.hpp"
#include "messages/supervision.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

using self_pointer = caf::stateful_actor<coordinator_state>*;

void grant(self_pointer self, const std::vector<start_gate::start>& starts) {
  for (const auto& entry : starts) {
    const auto asker = self->state.askers.find(entry.asker);
    if (asker != self->state.askers.end())
      self->send(asker->second, permit_granted{entry.child, entry.number});
  }
}

} // namespace

caf::behavior make_coordinator(self_pointer self, std::size_t starts_max) {
  set_house_handlers(self);
  self->state.gate = start_gate{starts_max};
  self->set_down_handler([self](const caf::down_msg& down) {
    self->state.askers.erase(down.source.id());
    grant(self, self->state.gate.forget(down.source.id()));
  });
  return {
      [self](const permit_request& request) {
        const auto asker = caf::actor_cast<caf::actor>(self->current_sender());
        if (!asker) return;
        if (self->state.askers.emplace(asker.id(), asker).second) self->monitor(asker);
        grant(self, self->state.gate.ask({asker.id(), request.child, request.number}));
      },
      [self](const permit_release& release) {
        const auto asker = caf::actor_cast<caf::actor>(self->current_sender());
        if (!asker) return;
        grant(self, self->state.gate.release({asker.id(), release.child, release.number}));
      },
  };
}

} // namespace toolscore
