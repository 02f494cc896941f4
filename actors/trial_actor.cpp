#include "actors/trial_actor.hpp"

#include "actors/crash_report.hpp"
#include "loop/house_handlers.hpp"
#include "messages/supervision.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

constexpr const char* child = "trial";

void ask_permit(trial_pointer self, const trial_options& options) {
  const auto& id = options.instance.id;
  self->send(self->state.coordinator,
             permit_request{child, id.number, id.server.value, false, false, false});
}

void give_back_permit(trial_pointer self, std::uint64_t number) {
  if (std::exchange(self->state.permitted, false))
    self->send(self->state.coordinator, permit_release{child, number});
}

void begin(trial_pointer self, const trial_options& options) {
  auto wanted = std::make_shared<instance_options>(options.instance);
  wanted->owner = wanted->supervisor = caf::actor_cast<caf::actor>(self);
  self->state.permitted = true;
  self->state.instance =
      self->spawn(make_instance, std::shared_ptr<const instance_options>(std::move(wanted)));
  self->monitor(self->state.instance);
}

/// Of what was asked of the former one the new one knows nothing.
void take_coordinator(trial_pointer self, const trial_options& options,
                      const caf::actor& successor) {
  auto& state = self->state;
  if (successor == state.coordinator) return;
  state.coordinator = successor;
  if (state.permitted)
    self->send(successor, permit_held{child, options.instance.id.number});
  else if (!state.instance)
    ask_permit(self, options);
}

void end_instance(trial_pointer self) {
  if (self->state.instance)
    self->send_exit(self->state.instance, caf::exit_reason::user_shutdown);
  else
    self->quit(caf::exit_reason::user_shutdown);
}

void take_end(trial_pointer self, const trial_options& options, const caf::error& reason) {
  auto& state = self->state;
  state.instance = nullptr;
  // One whose actor failed has not said so itself.
  if (!state.was_ready && state.failure.empty())
    state.failure = reason ? to_string(reason) : "it ended before it was ready";
  self->send(options.wanted_by, trial_ended{options.instance.id.number,
                                            state.was_ready ? std::string() : state.failure});
  self->quit();
}

} // namespace

caf::behavior make_trial(trial_pointer self, std::shared_ptr<const trial_options> options) {
  set_house_handlers(self);
  self->state.coordinator = options->coordinator;
  ask_permit(self, *options);
  self->monitor(options->wanted_by);
  self->set_down_handler([=](const caf::down_msg& down) {
    if (self->state.instance && down.source == self->state.instance.address())
      take_end(self, *options, down.reason);
    else
      end_instance(self);
  });
  self->set_exit_handler([=](const caf::exit_msg&) { end_instance(self); });
  const auto row = options->instance.id;
  return {
      [=](const permit_granted&) {
        // A former coordinator's: the present one was asked.
        if (self->current_sender() == self->state.coordinator) begin(self, *options);
      },
      [=](const permit_deferred& deferred) {
        self->send(options->wanted_by, trial_ended{row.number, deferred.reason});
        self->quit();
      },
      [=](const coordinator_changed& news) { take_coordinator(self, *options, news.coordinator); },
      [=](const instance_started& started) {
        self->send(options->store, put_instance{row, started.pid, started.init_pid});
      },
      [=](const instance_ready&) {
        self->state.was_ready = true;
        give_back_permit(self, row.number);
        end_instance(self);
      },
      [](const instance_draining& draining) {
        caf::anon_send(draining.instance, instance_drained{}); // It has no calls.
      },
      [=](const instance_gone& gone) {
        if (gone.reason.kind != gone_kind::stopped || !self->state.was_ready)
          self->state.failure = to_string(gone.reason);
        self->send(options->store, drop_instance{row});
      },
  };
}

} // namespace toolscore
