#include "supervisor/supervisor_actor.hpp"

#include "supervisor/supervisor_state_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/message_view.hpp>
#include <caf/send.hpp>
#include <caf/type_erased_tuple.hpp>
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

/// @returns whether that is what the message holds, which `work` has been given then
template <class Content, class Work>
bool given(const caf::type_erased_tuple& message, Work work) {
  if (message.size() != 1 || !message.match_element<Content>(0)) return false;
  work(message.get_as<Content>(0));
  return true;
}

/// A behavior would hold a copy of each of its handlers, and there is a supervisor a server: so
/// whatever the one that it has does not take is looked up here. What nobody takes is ignored. Not
/// caf::drop: it answers what was no request too, and the answer ends the sender.
caf::result<caf::message> take(caf::scheduled_actor* self, caf::message_view& view) {
  auto& state = static_cast<caf::stateful_actor<supervisor_state>*>(self)->state;
  const auto& all = view.content();
  const bool taken = given<permit_granted>(all, [&](const auto& x) { state.on_granted(x); }) ||
                     given<permit_deferred>(all, [&](const auto& x) { state.on_deferred(x); }) ||
                     given<supervisor_timer>(all, [&](const auto& x) { state.on_timer(x); }) ||
                     given<stop_child>(all, [&](const auto& x) { state.stop(x.child); }) ||
                     given<add_child>(all, [&](const auto& x) { state.add(x.spec); }) ||
                     given<start_child>(all, [&](const auto& x) { state.start(x.child); }) ||
                     given<restart_child>(all, [&](const auto& x) { state.restart(x.child); }) ||
                     given<remove_child>(all, [&](const auto& x) { state.remove(x.child); }) ||
                     given<reports_told>(all, [&](const auto& x) { state.answer(x); }) ||
                     given<coordinator_changed>(
                         all, [&](const auto& x) { state.take_coordinator(x.coordinator); });
  if (!taken && self->current_mailbox_element()->mid.is_request())
    return caf::sec::unexpected_message;
  return caf::delegated<caf::message>{};
}

} // namespace

caf::behavior make_supervisor(caf::stateful_actor<supervisor_state>* self,
                              std::shared_ptr<supervisor_options> options) {
  self->set_default_handler(take);
  self->set_exception_handler(thrown_as_error);
  self->set_down_handler([=](const caf::down_msg& down) { self->state.on_down(down); });
  self->set_exit_handler([=](const caf::exit_msg& order) {
    // As in CAF itself, a normal exit of a linked actor is no order to end.
    if (order.reason && order.reason != caf::exit_reason::normal)
      self->state.shut_down(order.reason);
  });
  self->state.begin(std::move(options));
  return {[=](const child_ready& x) { self->state.on_ready(x); }};
}

caf::actor spawn_supervisor(caf::event_based_actor* parent, supervisor_options options) {
  return parent->spawn(make_supervisor, std::make_shared<supervisor_options>(std::move(options)));
}

caf::actor spawn_supervisor(caf::actor_system& system, supervisor_options options) {
  return system.spawn(make_supervisor, std::make_shared<supervisor_options>(std::move(options)));
}

} // namespace toolscore
