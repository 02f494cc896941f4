#include "actors/server_update_actor.hpp"

#include "actors/server_keep_actor.hpp"
#include "actors/server_orders_actor.hpp"
#include "actors/update_rules.hpp"
#include "loop/house_handlers.hpp"
#include "loop/log_io.hpp"
#include "runners/step_report.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

using phase = open_update::phase;

/// Trials are numbered apart from the instances that serve: those follow one another.
constexpr std::uint64_t trials_from = std::uint64_t{1} << 32U;

void tell(server_actor_pointer self, const char* kind, std::map<std::string, std::string> fields) {
  const auto& options = *self->state.options;
  std::string text;
  for (const auto& [name, value] : fields) text += (text.empty() ? "" : ", ") + name + " " + value;
  log::write(log::level::info, kind,
             {log::kv("server", options.spec->id.value), log::kv("what", text)});
  event entry;
  entry.at = std::chrono::system_clock::now();
  entry.kind = kind;
  entry.server = options.spec->id;
  entry.fields = std::move(fields);
  self->send(options.tree->events, new_event{std::move(entry)});
}

/// Asks the runner in the owner's name and passes its answer on, or, where it dies of a fault, says
/// that it has: its successor knows nothing of the question.
template <class Question, class Answer>
caf::behavior make_question(caf::event_based_actor* self, const caf::actor& runner,
                            const caf::actor_addr& owner, const Question& question,
                            const Answer& without) {
  const auto answer = [self, owner](const Answer& told) {
    if (const auto to = caf::actor_cast<caf::actor>(owner)) self->send(to, told);
    self->quit();
  };
  set_house_handlers(self);
  self->set_down_handler([answer, without](const caf::down_msg&) { answer(without); });
  self->monitor(runner);
  self->send(runner, question);
  return {answer};
}

template <class Answer, class Question>
void ask_runner(server_actor_pointer self, const Question& question, const Answer& without) {
  self->spawn(make_question<Question, Answer>, self->state.options->tree->runner,
              caf::actor_cast<caf::actor_addr>(self), question, without);
}

/// Nothing of it is under way any more.
void end_update(server_actor_pointer self) {
  const auto over = std::exchange(self->state.update, nullptr);
  if (!over->outcome)
    tell(self, "server.update_failed", {{"reason", over->outcome.failure().detail}});
  over->then(over->outcome);
}

/// The install beside is nobody's. The answer follows once it is gone, for the next update's is
/// made in the same directory.
void discard(server_actor_pointer self, result<update_result> outcome) {
  auto& state = self->state;
  state.update->outcome = std::move(outcome);
  if (state.update->back) return end_update(self); // That one stays: it was there before.
  state.update->at = phase::discarding;
  // What is left there is the next update's to clear, or `toolscore cache gc`'s.
  ask_runner(self, discard_install{*state.options->spec, state.update->revision},
             install_discarded{state.options->spec->id});
}

/// Its definition's install is in the store: the next start of each instance is from there.
void go_over(server_actor_pointer self) {
  auto& state = self->state;
  const auto over = std::exchange(state.update, nullptr);
  *state.options->install = gone_over(*state.options->install, over->revision);
  state.plan->plan = packed_plan(over->plan);
  state.plan->kept_digest = digest_if_kept(self);
  update_result done_well{true, std::exchange(state.commit, over->version), over->version,
                          over->untried};
  tell(self, "server.updated", {{"from", done_well.from}, {"to", done_well.to}});
  const bool runs = state.desired == desired_state::running && state.supervisor;
  const bool away =
      state.instances == instances_status::dozing || state.instances == instances_status::asleep;
  if (!runs || away) {
    if (done_well.note.empty()) done_well.note = "its next start is from there";
    over->then(done_well);
    return changed(self);
  }
  const auto name = state.options->spec->id.value;
  take_order(self, {server_verb::restart, [=, then = over->then](const result<done>& restarted) {
                      if (restarted) return then(done_well);
                      auto why = restarted.failure();
                      why.detail = "gone over to " + done_well.to + ", but " + why.detail +
                                   "; `toolscore update " + name + " --rollback` goes back";
                      then(std::move(why));
                    }});
}

void keep_choice(server_actor_pointer self) {
  auto& state = self->state;
  state.update->at = phase::storing;
  put_install put;
  put.server = state.options->spec->id;
  put.install = gone_over(*state.options->install, state.update->revision);
  put.then = back_to<result<done>>(
      self, [self, number = state.update->generation](const result<done>& stored) {
        auto& now = self->state;
        if (!now.update || now.update->generation != number) return;
        if (!stored) return discard(self, stored.failure());
        go_over(self);
      });
  self->send(state.options->tree->store, std::move(put));
}

void begin_trial(server_actor_pointer self) {
  auto& state = self->state;
  auto& update = *state.update;
  update.at = phase::trying;
  auto options = std::make_shared<trial_options>();
  options->instance = options_of_instance(state.options, state.replicas.front().declares);
  options->instance.id.number = trials_from + update.generation;
  auto plan = std::make_shared<launch_plan>(*update.plan);
  // A file has one writer, for it is rotated.
  plan->stderr_log =
      state.options->common->state_dir + "/logs/" + state.options->spec->id.value + ".trial.log";
  options->instance.plan = packed_plan(std::move(plan));
  options->store = state.options->tree->store;
  options->coordinator = state.options->tree->coordinator;
  options->wanted_by = caf::actor_cast<caf::actor>(self);
  update.trial = self->spawn(make_trial, std::shared_ptr<const trial_options>(std::move(options)));
  self->monitor(update.trial);
}

} // namespace

void take_update(server_actor_pointer self, const update_order& order) {
  auto& state = self->state;
  const auto& spec = *state.options->spec;
  if (state.update)
    return order.then(
        error{errc::already_exists, "an update of \"" + spec.id.value + "\" is under way"});
  if (state.ending || state.options->tree->stopping)
    return order.then(error{errc::stopping, "the node or the server is stopping; nothing changed"});
  const auto& now = *state.options->install;
  if (auto why =
          obstacle_to_update(spec, now, state.install == install_status::installed, order.back))
    return order.then(std::move(*why));
  state.update = std::make_unique<open_update>();
  auto& update = *state.update;
  update.back = order.back;
  update.revision = order.back ? *now.former : next_revision(now);
  update.generation = ++state.install_generation;
  update.then = order.then;
  install_server_request request{spec, update.generation};
  request.revision = update.revision;
  request.beside = true;
  request.refresh = !order.back; // What a killed node has left there is older than this order.
  request.present = order.back;
  ask_runner(self, request,
             install_finished{spec.id,
                              update.generation,
                              error{errc::install_failed, "the runner of installs has failed; "
                                                          "nothing has changed, try again"},
                              {}});
}

bool take_update_install(server_actor_pointer self, const install_finished& message) {
  auto& state = self->state;
  if (!state.update || message.generation != state.update->generation) return false;
  auto& update = *state.update;
  if (update.at != phase::installing) return true;
  if (!message.launch) { // The runner has cleared what was made.
    update.outcome = update.given_up ? *update.given_up : message.launch.failure();
    end_update(self);
    return true;
  }
  update.version = message.version;
  update.plan = completed_plan(state, *message.launch);
  if (update.given_up) {
    discard(self, *update.given_up);
  } else if (!update.back && is_nothing_new(state.commit, message.version)) {
    discard(self, update_result{false, state.commit, state.commit, {}});
  } else {
    const bool sleeps = state.instances == instances_status::asleep;
    update.untried = obstacle_to_trial(*state.options->spec, state.desired, sleeps);
    if (update.untried.empty())
      begin_trial(self);
    else
      keep_choice(self);
  }
  return true;
}

void take_trial(server_actor_pointer self, const trial_ended& message) {
  auto& state = self->state;
  if (!state.update || message.number != trials_from + state.update->generation) return;
  auto& update = *state.update;
  update.trial = nullptr;
  if (update.given_up) return discard(self, *update.given_up);
  if (message.failure.empty()) return keep_choice(self);
  discard(self, error{errc::install_failed,
                      failed_trial(command_text(*update.plan), message.failure, state.commit)});
}

void take_trial_down(server_actor_pointer self, const caf::down_msg& message) {
  auto& update = self->state.update;
  if (!update || !update->trial || message.source != update->trial.address()) return;
  take_trial(self,
             {trials_from + update->generation, "its actor failed: " + to_string(message.reason)});
}

void take_discarded(server_actor_pointer self, const install_discarded&) {
  if (self->state.update && self->state.update->at == phase::discarding) end_update(self);
}

void give_up_update(server_actor_pointer self, const std::string& why) {
  auto& state = self->state;
  if (!state.update || state.update->given_up) return;
  auto& update = *state.update;
  const error given_up{errc::cancelled, why + "; nothing has changed"};
  if (update.at == phase::installing) {
    update.given_up = given_up;
    self->send(state.options->tree->runner, cancel_install{state.options->spec->id});
  } else if (update.at == phase::trying) {
    update.given_up = given_up;
    self->send_exit(update.trial, caf::exit_reason::user_shutdown);
  }
}

void forget_update(server_actor_pointer self, const std::string& why) {
  give_up_update(self, why);
  if (const auto over = std::exchange(self->state.update, nullptr))
    over->then(over->given_up ? *over->given_up : error{errc::stopping, why});
}

} // namespace toolscore
