#include "runners/built_image.hpp"
#include "runners/install_io.hpp"
#include "runners/process_runner_actor.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <cassert>

namespace toolscore {
namespace {

constexpr std::chrono::seconds deadlines_checked_every{1};

/// A weak way back to the actor: what comes from the loop and the pool must not keep it alive.
template <class Message>
void tell(const caf::actor_addr& to, Message message) {
  if (const auto target = caf::actor_cast<caf::actor>(to))
    caf::anon_send(target, std::move(message));
}

} // namespace

/// The one place where an install's state changes. An event with no row is a bug: the assertion
/// finds it in tests; a release build keeps the state.
void process_runner_state::apply(install_flight& flight, install_event event) {
  const auto to = next(flight.state, event);
  assert(to.has_value());
  if (!to) return;
  flight.state = *to;
  const bool step = event == install_event::clone_begun || event == install_event::build_begun;
  if (step || event == install_event::not_found)
    for (const auto& who : flight.waiters) tell_manager(who, status_of(flight.state), "");
}

void process_runner_state::check(install_flight& flight) {
  in_pool(flight, [spec = flight.waiters.front().spec, plan = flight.plan](work_outcome& out) {
    if (auto facts = find_install(spec, plan)) {
      note_use(plan);
      out.found = true;
      out.facts = std::move(*facts);
    }
  });
}

/// Runs the next step, or seals what is complete.
void process_runner_state::advance(install_flight& flight) {
  const auto step =
      next_step(flight.waiters.front().spec, options_.host, flight.plan, flight.facts);
  if (!step) return fail(flight, step.failure());
  if (*step) return begin_step(flight, **step);
  // An install that nobody can start is a failure, not a success that fails later.
  std::optional<error> unusable;
  for (const auto& who : flight.waiters) {
    const auto launch = plan_launch(who.spec, options_.host, who.plan, flight.facts);
    if (launch) {
      unusable.reset();
      break;
    }
    unusable = launch.failure();
  }
  if (unusable) return fail(flight, *unusable);
  apply(flight, install_event::nothing_left);
  in_pool(flight, [plan = flight.plan, facts = flight.facts](work_outcome& out) {
    if (auto sealed = seal_install(plan, facts); !sealed) out.failure = sealed.failure();
  });
}

void process_runner_state::begin_step(install_flight& flight, install_step step) {
  apply(flight, step.during == process_status::cloning ? install_event::clone_begun
                                                       : install_event::build_begun);
  flight.step = std::move(step);
  flight.step.timeout = std::min(flight.step.timeout, options_.step_max);
  flight.report = std::make_shared<step_report>();
  flight.deadline = self_->clock().now() + flight.step.timeout;
  watch_deadlines();
  spawn_options options;
  options.stdout_to_log = true;
  const auto me = caf::actor_cast<caf::actor_addr>(self_);
  const bool tells = flight.step.name == image_step_name;
  options.on_log_line = [report = flight.report, me, number = flight.number,
                         tells](std::string_view line) {
    const auto before = tells ? report->progress() : std::string();
    report->add(line);
    if (tells && report->progress() != before) tell(me, step_said{number});
  };
  options_.processes->spawn(
      flight.step.launch, std::move(options),
      [me, number = flight.number](result<std::unique_ptr<hosted_process>> outcome) {
        spawn_answered news;
        news.flight = number;
        if (outcome) {
          news.child = std::move(*outcome);
        } else {
          news.failure = outcome.failure();
        }
        tell(me, std::move(news));
      });
}

void process_runner_state::on_spawn(const spawn_answered& news) {
  const auto found = flights_.find(news.flight);
  if (found == flights_.end()) return; // The message held the child; it dies with it.
  auto& flight = found->second;
  if (!news.child) {
    if (is_ending(flight.state)) return clear(flight);
    return fail(flight, {errc::install_failed, flight.step.name + ": " + news.failure.detail});
  }
  flight.child = news.child;
  close_input(*flight.child);
  const auto me = caf::actor_cast<caf::actor_addr>(self_);
  flight.child->on_exit([me, number = news.flight](process_exit exit) {
    tell(me, step_exited{number, exit});
  });
  if (is_ending(flight.state)) flight.child->kill();
}

/// A build that takes minutes says how far it is.
void process_runner_state::on_progress(const step_said& news) {
  const auto found = flights_.find(news.flight);
  if (found == flights_.end() || found->second.state != install_state::building) return;
  auto& flight = found->second;
  const auto& text = flight.report->progress();
  if (std::exchange(flight.told, text) == text) return;
  for (const auto& who : flight.waiters) tell_manager(who, process_status::building, text);
}

void process_runner_state::on_exit(const step_exited& news) {
  const auto found = flights_.find(news.flight);
  if (found == flights_.end()) return;
  auto& flight = found->second;
  flight.child.reset();
  flight.deadline.reset();
  if (is_ending(flight.state)) return clear(flight);
  if (news.exit.signaled || news.exit.status != 0)
    return fail(flight,
                {errc::install_failed, flight.report->failure(flight.step.name, flight.step.launch,
                                                              to_string(news.exit))});
  flight.facts.completed.push_back(flight.step.name);
  if (!flight.report->version().empty()) flight.facts.version = flight.report->version();
  in_pool(flight, [spec = flight.waiters.front().spec, plan = flight.plan, facts = flight.facts](
                      work_outcome& out) { out.facts = read_facts(spec, plan, facts); });
}

void process_runner_state::on_work(const work_ended& news) {
  const auto found = flights_.find(news.flight);
  if (found == flights_.end()) return;
  auto& flight = found->second;
  auto& outcome = *news.outcome;
  switch (flight.state) {
  case install_state::checking:
    if (outcome.found && !flight.refresh) {
      flight.facts = std::move(outcome.facts);
      apply(flight, install_event::found);
      return finish(flight);
    }
    if (flight.present && !outcome.found)
      return fail(flight, {errc::install_failed,
                           "its install is not there any more (" + flight.plan.from +
                               "); it was removed, or is of another Node.js or Python"});
    apply(flight, install_event::not_found);
    return pump();
  case install_state::clearing_failed:
  case install_state::clearing_cancelled:
    if (outcome.failure) flight.failure.detail += "; " + outcome.failure->detail;
    apply(flight, install_event::cleared);
    return finish(flight);
  case install_state::expiring:
  case install_state::cancelling:
    return clear(flight);
  default:
    break;
  }
  if (outcome.failure) return fail(flight, {errc::install_failed, outcome.failure->detail});
  if (flight.state == install_state::sealing) {
    apply(flight, install_event::sealed);
    return finish(flight);
  }
  if (flight.state != install_state::preparing) flight.facts = std::move(outcome.facts);
  advance(flight);
}

/// What was under way has ended and failed.
void process_runner_state::fail(install_flight& flight, error why) {
  flight.failure = std::move(why);
  flight.deadline.reset();
  apply(flight, install_event::step_failed);
  if (is_over(flight.state)) return finish(flight);
  in_pool(flight, [plan = flight.plan](work_outcome& out) {
    if (auto removed = remove_install(plan); !removed) out.failure = removed.failure();
  });
}

/// Cancels or expires an install. Its directory is removed when what runs in it has ended.
void process_runner_state::end_what_runs(install_flight& flight, install_event event, error why) {
  flight.failure = std::move(why);
  flight.deadline.reset();
  apply(flight, event);
  if (flight.child) flight.child->kill();
  if (is_over(flight.state)) finish(flight);
}

void process_runner_state::clear(install_flight& flight) {
  apply(flight, install_event::ended);
  in_pool(flight, [plan = flight.plan](work_outcome& out) {
    if (auto removed = remove_install(plan); !removed) out.failure = removed.failure();
  });
}

void process_runner_state::in_pool(install_flight& flight,
                                   std::function<void(work_outcome&)> work) {
  auto outcome = std::make_shared<work_outcome>();
  // Stays where the work is never run to its end: no silence is taken for success.
  outcome->failure = error{errc::io_failed, "the pool for files is full or failed; try again"};
  const auto me = caf::actor_cast<caf::actor_addr>(self_);
  options_.pool(
      [work = std::move(work), outcome] {
        work_outcome done_so_far;
        work(done_so_far);
        *outcome = std::move(done_so_far);
      },
      [me, number = flight.number, outcome] {
        tell(me, work_ended{number, outcome});
      });
}

void process_runner_state::watch_deadlines() {
  if (watching_) return;
  watching_ = true;
  self_->delayed_send(self_, deadlines_checked_every, check_deadlines{});
}

void process_runner_state::on_deadlines() {
  watching_ = false;
  const auto now = self_->clock().now();
  bool more = false;
  for (auto& [number, flight] : flights_) {
    if (!flight.deadline) continue;
    if (*flight.deadline > now) {
      more = true;
      continue;
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(flight.step.timeout);
    end_what_runs(flight, install_event::timed_out,
                  {errc::install_failed,
                   flight.report->failure(flight.step.name, flight.step.launch,
                                          "no end within " + std::to_string(seconds.count()) +
                                              " s, so it was killed")});
  }
  if (more) watch_deadlines();
}

} // namespace toolscore
