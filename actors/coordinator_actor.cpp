#include "actors/coordinator_actor.hpp"

#include "actors/local_messages_actor.hpp"
#include "loop/house_handlers.hpp"
#include "messages/supervision.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

using self_pointer = caf::stateful_actor<coordinator_state>*;

caf::actor asker_of(self_pointer self, const start_gate::start& start) {
  const auto at = self->state.askers.find(start.asker);
  return at == self->state.askers.end() ? nullptr : at->second;
}

void cycle(self_pointer self, const addresses& tree, const std::string& server);

void carry_out(self_pointer self, const addresses& tree, const coordination::steps& steps) {
  for (const auto& step : steps) {
    if (const auto* granted = std::get_if<grant_start>(&step)) {
      if (const auto asker = asker_of(self, granted->start))
        self->send(asker, permit_granted{granted->start.child, granted->start.number});
    } else if (const auto* deferred = std::get_if<defer_start>(&step)) {
      if (const auto asker = asker_of(self, deferred->start))
        self->send(asker, permit_deferred{deferred->start.child, deferred->start.number,
                                          deferred->reason});
    } else if (const auto* cycled = std::get_if<cycle_server_now>(&step)) {
      cycle(self, tree, cycled->server);
    } else if (const auto* sleeper = std::get_if<let_sleep>(&step)) {
      if (const auto owner = tree.owners.find(sleeper->server); owner != tree.owners.end())
        self->send(owner->second, may_sleep{});
    } else if (const auto* needed = std::get_if<wake_server_now>(&step)) {
      if (const auto owner = tree.owners.find(needed->server); owner != tree.owners.end())
        self->send(owner->second, wake_server{});
    }
  }
}

void cycle(self_pointer self, const addresses& tree, const std::string& server) {
  const auto owner = tree.owners.find(server);
  if (owner == tree.owners.end()) return carry_out(self, tree, self->state.decide->cycled(server));
  if (self->state.cycled_owners.emplace(owner->second.id(), server).second)
    self->monitor(owner->second);
  self->send(owner->second, cycle_server{});
}

/// The supervisor that sent the message at hand; it is watched from its first one.
std::uint64_t asking(self_pointer self) {
  const auto asker = caf::actor_cast<caf::actor>(self->current_sender());
  if (!asker) return 0;
  if (self->state.askers.emplace(asker.id(), asker).second) self->monitor(asker);
  return asker.id();
}

void take_down(self_pointer self, const addresses& tree, const caf::down_msg& down) {
  auto& state = self->state;
  if (const auto at = state.cycled_owners.find(down.source.id()); at != state.cycled_owners.end()) {
    const auto server = at->second;
    state.cycled_owners.erase(at);
    return carry_out(self, tree, state.decide->cycled(server));
  }
  state.askers.erase(down.source.id());
  carry_out(self, tree, state.decide->forget(down.source.id()));
}

} // namespace

caf::behavior make_coordinator(self_pointer self, addresses_ptr tree, std::size_t starts_max) {
  set_house_handlers(self);
  self->state.decide.emplace(tree->related, starts_max);
  self->set_down_handler([=](const caf::down_msg& down) { take_down(self, *tree, down); });
  for (const auto& [name, owner] : tree->owners)
    self->send(owner, tell_standing{caf::actor_cast<caf::actor>(self)});
  return {
      [=](const permit_request& request) {
        const auto asker = asking(self);
        if (asker == 0) return;
        auto& decide = *self->state.decide;
        decide.relate(tree->related);
        carry_out(self, *tree,
                  decide.ask({{asker, request.child, request.number},
                              request.supervisor,
                              request.restart,
                              request.alone,
                              request.last}));
      },
      [=](const permit_release& release) {
        carry_out(self, *tree,
                  self->state.decide->release({asking(self), release.child, release.number}));
      },
      [=](const permit_held& held) {
        self->state.decide->hold({asking(self), held.child, held.number});
      },
      [=](const state_changed& state) {
        self->state.decide->relate(tree->related);
        carry_out(self, *tree, self->state.decide->on_state(state));
      },
      [=](const sleep_wanted& wish) {
        self->state.decide->relate(tree->related);
        carry_out(self, *tree, self->state.decide->wants_sleep(wish.server.value));
      },
      [=](const server_cycled& message) {
        carry_out(self, *tree, self->state.decide->cycled(message.server.value));
      },
  };
}

} // namespace toolscore
