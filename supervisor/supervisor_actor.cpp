#include "supervisor/supervisor_actor.hpp"

#include "supervisor/supervisor_state_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <exception>

namespace toolscore {
namespace {

caf::error thrown_as_error(std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return caf::make_error(caf::sec::runtime_error, std::string(e.what()));
  } catch (...) {
    return caf::make_error(caf::sec::runtime_error, std::string("an unknown exception"));
  }
}

/// Not caf::drop: it answers what was no request too, and the answer ends the sender.
caf::result<caf::message> ignore(caf::scheduled_actor* self, caf::message_view&) {
  if (self->current_mailbox_element()->mid.is_request()) return caf::sec::unexpected_message;
  return caf::delegated<caf::message>{};
}

} // namespace

caf::behavior make_supervisor(caf::stateful_actor<supervisor_state>* self,
                              std::shared_ptr<const supervisor_options> options) {
  self->set_default_handler(ignore);
  self->set_exception_handler(thrown_as_error);
  self->set_down_handler([=](const caf::down_msg& down) { self->state.on_down(down); });
  self->set_exit_handler([=](const caf::exit_msg& order) {
    // As in CAF itself, a normal exit of a linked actor is no order to end.
    if (order.reason && order.reason != caf::exit_reason::normal)
      self->state.shut_down(order.reason);
  });
  self->state.begin(std::move(options));
  return {
      [=](const child_ready& x) { self->state.on_ready(x); },
      [=](const permit_granted& x) { self->state.on_granted(x); },
      [=](const permit_deferred& x) { self->state.on_deferred(x); },
      [=](const coordinator_changed& x) { self->state.take_coordinator(x.coordinator); },
      [=](reports_told x) { self->state.answer(x); },
      [=](const supervisor_timer& x) { self->state.on_timer(x); },
      [=](const add_child& x) { self->state.add(x.spec); },
      [=](const start_child& x) { self->state.start(x.child); },
      [=](const stop_child& x) { self->state.stop(x.child); },
      [=](const restart_child& x) { self->state.restart(x.child); },
      [=](const remove_child& x) { self->state.remove(x.child); },
  };
}

caf::actor spawn_supervisor(caf::event_based_actor* parent, supervisor_options options) {
  return parent->spawn(make_supervisor,
                       std::make_shared<const supervisor_options>(std::move(options)));
}

caf::actor spawn_supervisor(caf::actor_system& system, supervisor_options options) {
  return system.spawn(make_supervisor,
                      std::make_shared<const supervisor_options>(std::move(options)));
}

} // namespace toolscore
