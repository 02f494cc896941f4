#include "runners/process_runner_actor.hpp"

#include "loop/house_handlers.hpp"
#include "runners/install_io.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace toolscore {

caf::behavior make_process_runner(caf::stateful_actor<process_runner_state>* self,
                                  process_runner_options options) {
  set_house_handlers(self);
  self->set_exit_handler([=](const caf::exit_msg& exit) {
    self->state.stop();
    self->quit(exit.reason);
  });
  self->state.begin(std::move(options));
  return {
      [=](const install_server_request& request) {
        self->state.install(request, caf::actor_cast<caf::actor>(self->current_sender()));
      },
      [=](const cancel_install& order) { self->state.cancel(order.server); },
      [=](const discard_install& order) {
        self->state.discard(order, caf::actor_cast<caf::actor>(self->current_sender()));
      },
      [=](const spawn_answered& news) { self->state.on_spawn(news); },
      [=](const step_exited& news) { self->state.on_exit(news); },
      [=](const work_ended& news) { self->state.on_work(news); },
      [=](const step_said& news) { self->state.on_progress(news); },
      [=](const check_deadlines&) { self->state.on_deadlines(); },
  };
}

void process_runner_state::install(const install_server_request& request, caf::actor requester) {
  const auto& spec = request.spec;
  const error replaced{errc::cancelled, "a later request for " + spec.id.value + " took its place"};
  auto plan = plan_install(spec, options_.host, request.revision);
  waiter who{spec, plan ? *plan : install_plan{}, request.generation, std::move(requester),
             request.beside};
  auto* flight = plan && plan->kind != install_kind::none ? joinable(plan->key) : nullptr;
  if (flight != nullptr) {
    flight->refresh |= request.refresh;
    const auto before = std::find_if(flight->waiters.begin(), flight->waiters.end(),
                                     [&](const waiter& x) { return x.spec.id == spec.id; });
    if (before != flight->waiters.end()) {
      answer(*before, replaced, "");
      *before = std::move(who);
      return;
    }
  }
  leave(spec.id, replaced.detail, true);
  if (!plan) return answer(who, plan.failure(), "");
  if (plan->kind == install_kind::none && request.beside)
    return answer(who,
                  error{errc::bad_config, "nothing is installed for it: \"" + plan->from +
                                              "\" is started as it stands; bring that up to date "
                                              "and restart the server"},
                  "");
  if (plan->kind == install_kind::none)
    return answer(who, plan_launch(spec, options_.host, *plan, {}), "");
  if (flight != nullptr) {
    if (flight->state != install_state::checking) tell_manager(who, status_of(flight->state), "");
    flight->waiters.push_back(std::move(who));
    return;
  }
  if (flights_.size() >= waiting_max)
    return answer(who,
                  error{errc::queue_full, std::to_string(waiting_max) +
                                              " installs wait already; try "
                                              "again when some are done"},
                  "");
  install_flight begun;
  begun.number = ++last_number_;
  begun.plan = std::move(*plan);
  begun.refresh = request.refresh;
  begun.present = request.present;
  begun.waiters.push_back(std::move(who));
  flights_.emplace(begun.number, std::move(begun));
  pump();
}

void process_runner_state::cancel(const server_id& server) {
  leave(server, "the install of " + server.value + " was cancelled", false);
}

/// The install of that key that a new server may wait for: one that is ending is none.
install_flight* process_runner_state::joinable(const std::string& key) {
  for (auto& [number, flight] : flights_) {
    const auto state = flight.state;
    const bool ending = is_ending(state) || state == install_state::clearing_failed ||
                        state == install_state::clearing_cancelled;
    if (flight.plan.key == key && !ending) return &flight;
  }
  return nullptr;
}

/// Takes a server from the install it waits for. An install nobody waits for is ended; unless
/// `at_once`, the last one is answered when nothing of it is left.
void process_runner_state::leave(const server_id& server, const std::string& why, bool at_once) {
  const error cancelled{errc::cancelled, why};
  for (auto& [number, flight] : flights_) {
    auto& waiters = flight.waiters;
    const auto at = std::find_if(waiters.begin(), waiters.end(),
                                 [&](const waiter& x) { return x.spec.id == server; });
    if (at == waiters.end()) continue;
    if (waiters.size() > 1 || at_once) {
      answer(*at, cancelled, "");
      // The steps are planned from a waiter's spec, so the last one stays as long as they run.
      if (waiters.size() > 1) {
        waiters.erase(at);
        return;
      }
      at->requester = nullptr;
      at->spec.id.value.clear();
    }
    return end_what_runs(flight, install_event::cancel_asked, cancelled);
  }
}

/// Starts every check whose key is free, and grants slots in order of arrival.
void process_runner_state::pump() {
  std::uint32_t running = 0;
  for (const auto& [number, flight] : flights_) running += holds_slot(flight.state);
  const auto key_is_taken = [this](const install_flight& by) {
    // An earlier install of the same key is being removed: its directory is not ours yet.
    for (const auto& [number, other] : flights_) {
      if (number == by.number) return false;
      if (other.plan.key == by.plan.key) return true;
    }
    return false;
  };
  for (auto& [number, flight] : flights_) {
    if (flight.state == install_state::checking && !flight.begun && !key_is_taken(flight)) {
      flight.begun = true;
      check(flight);
    } else if (flight.state == install_state::queued && running < options_.installs_max) {
      ++running;
      apply(flight, install_event::slot_granted);
      in_pool(flight, [plan = flight.plan](work_outcome& out) {
        if (auto made = prepare_install(plan); !made) out.failure = made.failure();
      });
    }
  }
}

/// Answers everybody who waited and forgets the install.
void process_runner_state::finish(install_flight& flight) {
  const auto over = std::move(flights_.extract(flight.number).mapped());
  for (const auto& who : over.waiters) {
    if (over.state == install_state::installed) {
      answer(who, plan_launch(who.spec, options_.host, who.plan, over.facts), over.facts.version);
    } else {
      answer(who, over.failure, "");
    }
  }
  pump();
}

void process_runner_state::answer(const waiter& to, result<launch_plan> launch,
                                  const std::string& version) {
  if (to.spec.id.value.empty()) return; // It has left and has its answer.
  // Where a server runs in its own directory that is made at its start, and not by the loop.
  if (launch) {
    const auto needed =
        launch->own_cwd ? servers_dir(options_.host) : server_dir(to.spec.id, options_.host);
    if (auto made = ensure_directory(needed); !made) launch = made.failure();
  }
  if (!launch && launch.failure().code != errc::cancelled)
    tell_manager(to, process_status::failed, launch.failure().detail);
  if (to.requester)
    self_->send(to.requester,
                install_finished{to.spec.id, to.generation, std::move(launch), version});
}

void process_runner_state::tell_manager(const waiter& who, process_status to,
                                        const std::string& reason) {
  const auto manager = options_.manager ? options_.manager() : caf::actor{};
  if (!manager || who.spec.id.value.empty() || who.beside) return;
  state_changed news;
  news.server = who.spec.id;
  news.to = to;
  news.reason = reason;
  self_->send(manager, std::move(news));
}

void process_runner_state::discard(const discard_install& order, caf::actor requester) {
  const auto plan = plan_install(order.spec, options_.host, order.revision);
  const auto then = [to = std::move(requester), server = order.spec.id] {
    if (to) caf::anon_send(to, install_discarded{server});
  };
  if (!plan || plan->kind == install_kind::none || order.revision == 0) return then();
  options_.pool([plan = *plan] { static_cast<void>(remove_install(plan)); }, then);
}

void process_runner_state::stop() {
  for (const auto& [number, flight] : flights_)
    for (const auto& who : flight.waiters)
      if (who.requester)
        self_->send(who.requester,
                    install_finished{who.spec.id, who.generation,
                                     error{errc::stopping, "the node is stopping; the install was "
                                                           "ended and begins anew next time"},
                                     ""});
  flights_.clear();
}

} // namespace toolscore
