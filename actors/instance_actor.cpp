#include "actors/instance_actor.hpp"

#include "actors/crash_report.hpp"
#include "actors/instance_evidence_actor.hpp"
#include "actors/instance_link_actor.hpp"
#include "actors/liveness.hpp"
#include "loop/handler_table.hpp"
#include "messages/known_secrets.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <csignal>

namespace toolscore {
namespace {

using options_pointer = instance_options_pointer;

bool is_success(const success_policy& success, const process_exit& exit) {
  const auto& list = exit.signaled ? success.signals : success.codes;
  return std::find(list.begin(), list.end(), exit.status) != list.end();
}

/// "drain 3 ms, close_stdin 12 ms".
std::string rung_times(const stop_ladder& ladder) {
  std::string text;
  for (const auto& rung : ladder.times())
    text += (text.empty() ? "" : ", ") + std::string(to_string(rung.rung)) + " " +
            std::to_string(rung.took.count()) + " ms";
  return text;
}

/// The end, when the tree is empty or never was: tells the owner first, then the supervisor.
void end(instance_pointer self, const options_pointer& options, gone_reason reason,
         bool left = false) {
  auto& state = self->state;
  instance_gone gone;
  gone.left = left;
  gone.number = options->id.number;
  reason.detail = known_secrets::here().scrubbed(std::move(reason.detail));
  gone.reason = reason;
  const bool success = reason.kind == gone_kind::stopped ||
                       ((reason.kind == gone_kind::exited || reason.kind == gone_kind::killed) &&
                        is_success(options->policy->success, reason.exit));
  self->send(options->owner, std::move(gone));
  if (state.stop_reason)
    self->quit(*state.stop_reason);
  else if (success)
    self->quit();
  else if (reason.kind == gone_kind::login_needed)
    self->quit(hopeless_end(to_string(reason)));
  else
    self->quit(caf::make_error(caf::sec::runtime_error, to_string(reason)));
}

void take_exit(instance_pointer self, const options_pointer& options, process_exit exit) {
  auto& state = self->state;
  gone_reason reason;
  reason.exit = exit;
  if (state.verdict) {
    reason = *state.verdict;
    reason.exit = exit;
  } else if (state.ladder) {
    const auto now = self->clock().now();
    state.ladder->next(now, stop_event::process_gone);
    state.ladder->next(now, stop_event::tree_empty);
    reason.kind = gone_kind::stopped;
    reason.detail = rung_times(*state.ladder);
  } else {
    reason.kind = exit.signaled ? gone_kind::killed : gone_kind::exited;
    if (state.at == instance_state::starting) {
      reason.detail = "before it was ready";
      const auto tail = state.process->log_tail(1);
      if (!tail.empty()) reason.detail += "; its last line: " + line_without_secrets(tail, 300);
    }
  }
  end(self, options, std::move(reason));
}

} // namespace

void condemn(instance_pointer self, gone_kind kind, std::string detail) {
  auto& state = self->state;
  if (state.verdict || !state.process) return;
  state.verdict = std::make_unique<gone_reason>(gone_reason{kind, {}, std::move(detail)});
  state.process->kill();
}

namespace {

void arm(instance_pointer self, std::chrono::steady_clock::time_point at) {
  self->scheduled_send(self, at, instance_due{++self->state.timer_generation});
}

void arm_start_timeout(instance_pointer self, milliseconds after) {
  self->state.start_deadline = self->clock().now() + after;
  self->scheduled_send(self, self->state.start_deadline, start_timeout_due{});
}

} // namespace

bool give_another_round(instance_pointer self, const options_pointer& options) {
  auto& state = self->state;
  if (state.at != instance_state::starting) return false;
  const auto late = self->clock().now() - state.start_deadline;
  if (late <= liveness::late_max || std::exchange(state.start_forgiven, true)) return false;
  arm_start_timeout(self, options->policy->start_timeout);
  return true;
}

void become_ready(instance_pointer self, const options_pointer& options,
                  std::optional<mcp::handshake_result> result) {
  auto& state = self->state;
  state.at = *next(state.at, instance_event::handshake_done);
  ++state.timer_generation;
  if (state.at != instance_state::ready) return;
  state.route->to_owner = true;
  state.process->note_ready();
  self->send(options->owner, instance_ready{options->id.number, state.wire, std::move(result)});
  self->send(options->supervisor, child_ready{options->child, options->id.number});
}

namespace {

void carry_out(instance_pointer self, const options_pointer& options,
               std::vector<mcp::handshake::action> actions) {
  for (auto& action : actions) {
    if (auto* send = std::get_if<mcp::handshake::send>(&action))
      self->state.wire->send(std::make_shared<const std::string>(std::move(send->line)));
    else if (auto* due = std::get_if<mcp::handshake::arm>(&action))
      arm(self, due->at);
    else if (auto* done = std::get_if<mcp::handshake::succeeded>(&action))
      become_ready(self, options, std::move(done->result));
    else if (auto* failed = std::get_if<mcp::handshake::failed>(&action))
      condemn(self, gone_kind::handshake_failed, failed->reason);
  }
}

void take_handshake_line(instance_pointer self, const options_pointer& options, const bytes& line) {
  auto& state = self->state;
  if (state.stop_reason) return; // Ready or not, it ends: the timer is the ladder's now.
  const auto spans = mcp::scanner{}.scan(*line);
  if (!spans) {
    self->send(options->owner, garbage_in{options->id.number, spans.failure().detail});
    return;
  }
  carry_out(self, options, state.probe->on_message(*line, *spans, self->clock().now()));
}

/// What came with or behind the last line of the handshake is the owner's.
void take_handshake_lines(instance_pointer self, const options_pointer& options,
                          const lines_in& message) {
  auto at = message.lines.begin();
  for (; at != message.lines.end() && !self->state.route->to_owner; ++at)
    take_handshake_line(self, options, *at);
  if (at != message.lines.end())
    self->send(options->owner, lines_in{message.number, {at, message.lines.end()}});
}

void step_ladder(instance_pointer self, const options_pointer& options, stop_event event);

/// What is dialed says so once its session is over: there is no more to wait for on that rung.
void take_closed(instance_pointer self, const options_pointer& options) {
  const auto& ladder = self->state.ladder;
  if (is_dialed(options->policy->link) && ladder && ladder->rung() == stop_rung::close_stdin)
    step_ladder(self, options, stop_event::deadline);
}

link_events events_of(instance_pointer self, const options_pointer& options) {
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto number = options->id.number;
  link_events events;
  events.on_lines = [me, owner = options->owner, number,
                     route = self->state.route](std::vector<bytes> lines) {
    caf::anon_send(route->to_owner ? owner : me, lines_in{number, std::move(lines)});
  };
  events.on_garbage = [owner = options->owner, number](std::string quoted) {
    caf::anon_send(owner, garbage_in{number, std::move(quoted)});
  };
  events.on_overlong = [owner = options->owner, number](std::string start, std::size_t bytes_max) {
    caf::anon_send(owner, overlong_in{number, std::move(start), bytes_max});
  };
  events.on_overflow = back_to<std::string>(self, [self](std::string reason) {
    condemn(self, gone_kind::overflowed, std::move(reason));
  });
  // Of stdio its exit follows, or its pings go unanswered.
  events.on_closed = [me, self, options] {
    caf::anon_send(me, resume{[self, options] { take_closed(self, options); }});
  };
  events.on_unanswered = [owner = options->owner, number](std::string id, error why) {
    caf::anon_send(owner, unanswered_in{number, std::move(id), std::move(why)});
  };
  events.on_lost = back_to<std::string>(
      self, [self, options](std::string why) { lose_link(self, options, std::move(why)); });
  events.on_login_needed = back_to<std::string>(self, [self](std::string why) {
    if (!self->state.stop_reason) condemn(self, gone_kind::login_needed, std::move(why));
  });
  return events;
}

void take_process(instance_pointer self, const options_pointer& options,
                  const std::shared_ptr<result<std::unique_ptr<hosted_process>>>& spawned) {
  auto& state = self->state;
  if (!*spawned) {
    gone_reason reason;
    reason.kind = state.stop_reason ? gone_kind::stopped : gone_kind::spawn_failed;
    reason.detail = spawned->failure().detail;
    return end(self, options, std::move(reason));
  }
  state.process = std::move(**spawned);
  state.process->on_exit(back_to<process_exit>(
      self, [self, options](process_exit exit) { take_exit(self, options, exit); }));
  if (state.stop_reason && state.process->leave())
    return end(self, options, {gone_kind::stopped, {}, {}}, true);
  if (state.stop_reason) return state.process->kill();
  const bool speaks = options->policy->link != link_kind::none;
  self->send(options->owner, instance_started{options->id.number, caf::actor_cast<caf::actor>(self),
                                              state.process->pid(), state.process->init_pid(),
                                              state.process->confined(), state.process->log(),
                                              state.port, state.process->adopted()});
  if (!speaks) begin_evidence(self, options);
  if (state.at != instance_state::starting) return;
  arm_start_timeout(self, options->policy->start_timeout);
  if (!speaks) return;
  begin_link(self, options, events_of(self, options), [self, options] {
    carry_out(self, options, self->state.probe->start(self->clock().now()));
  });
}

void climb(instance_pointer self, const options_pointer& options, const stop_step& step) {
  auto& state = self->state;
  switch (step.rung) {
  case stop_rung::drain:
    self->send(options->owner,
               instance_draining{options->id.number, caf::actor_cast<caf::actor>(self)});
    break;
  case stop_rung::close_stdin:
    if (state.wire) state.wire->close_input();
    break;
  case stop_rung::term:
    state.process->signal(SIGTERM);
    break;
  case stop_rung::kill:
    state.process->kill();
    break;
  case stop_rung::verify:
    break; // The init is reaped once the kernel has emptied its tree.
  case stop_rung::done:
    return;
  }
  if (!step.deadline) return;
  // A rung without a wait costs no timer.
  if (*step.deadline > self->clock().now()) return arm(self, *step.deadline);
  step_ladder(self, options, stop_event::deadline);
}

void begin_stop(instance_pointer self, const options_pointer& options, const caf::error& reason) {
  auto& state = self->state;
  if (state.stop_reason) return;
  state.stop_reason = reason ? reason : caf::make_error(caf::exit_reason::user_shutdown);
  if (!state.process) return; // The spawn's answer comes and is ended then.
  if (state.process->leave()) return end(self, options, {gone_kind::stopped, {}, {}}, true);
  const bool speaks = options->policy->link != link_kind::none;
  const bool was_ready = state.at == instance_state::ready || state.at == instance_state::unhealthy;
  state.at = *next(state.at, instance_event::stop_asked);
  auto rungs = options->policy->stop;
  if (!state.wire) rungs.stdin_close = milliseconds{0}; // There is none to close.
  state.ladder = std::make_unique<stop_ladder>(rungs);
  climb(self, options, state.ladder->begin(self->clock().now(), speaks && was_ready, false));
}

void step_ladder(instance_pointer self, const options_pointer& options, stop_event event) {
  auto& state = self->state;
  if (!state.ladder) return;
  if (const auto step = state.ladder->next(self->clock().now(), event)) climb(self, options, *step);
}

void take_due(instance_pointer self, const instance_due& due) {
  auto& state = self->state;
  if (due.generation != state.timer_generation) return;
  if (state.ladder) return step_ladder(self, state.options, stop_event::deadline);
  if (state.at == instance_state::starting && state.probe)
    carry_out(self, state.options, state.probe->on_timer(self->clock().now()));
}

void take_start_due(instance_pointer self, const start_timeout_due&) {
  auto& state = self->state;
  if (state.options->policy->link == link_kind::none)
    return take_start_timeout(self, state.options);
  if (give_another_round(self, state.options)) return;
  if (state.at != instance_state::starting) return;
  auto what = waits_for_port(self);
  if (what.empty()) what = state.probe->waiting_for();
  condemn(self, gone_kind::handshake_timeout, "it waits for " + what);
}

using instance = instance_pointer;

const std::array handlers{
    on<+[](instance self, const lines_in& message) {
      take_handshake_lines(self, self->state.options, message);
    }>(),
    on<take_due>(),
    on<take_start_due>(),
    on<+[](instance self, const instance_drained&) {
      step_ladder(self, self->state.options, stop_event::drained);
    }>(),
    on<+[](instance self, const instance_hung& message) {
      condemn(self, gone_kind::hung, message.detail);
    }>(),
};

} // namespace

caf::behavior make_instance(instance_pointer self, options_pointer options) {
  set_handler_table<handlers>(self);
  self->state.options = options;
  self->set_exit_handler(
      [self](caf::exit_msg& message) { begin_stop(self, self->state.options, message.reason); });
  using answer = result<std::unique_ptr<hosted_process>>;
  if (options->policy->link != link_kind::none) {
    mcp::handshake::options probe;
    probe.client_capabilities = options->client_capabilities;
    self->state.probe = std::make_unique<mcp::handshake>(std::move(probe));
  }
  const auto me = caf::actor_cast<caf::actor>(self);
  spawn_options how;
  how.instance = options->id;
  how.stdout_to_log = how.no_stdin = options->policy->link != link_kind::stdio;
  const auto then = [=](answer spawned) {
    auto held = std::make_shared<answer>(std::move(spawned));
    caf::anon_send(me, resume{[=] { take_process(self, options, held); }});
  };
  auto plan = prepare_evidence(self, options, how);
  const auto free = plan ? check_port(self, options) : result<done>(plan.failure());
  if (free)
    options->processes->spawn(**plan, std::move(how), then);
  else
    then(free.failure());
  return {[](const resume& message) { message.work(); }};
}

} // namespace toolscore
