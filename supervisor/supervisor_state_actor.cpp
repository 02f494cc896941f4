#include "supervisor/supervisor_state_actor.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

bool is_failure(const caf::error& why) {
  return why && why != caf::exit_reason::normal;
}

/// The text its author put there, else CAF's words. Never touches code() of an empty error.
std::string text_of(caf::actor_system& system, const caf::error& why) {
  if (!is_failure(why)) return {};
  const auto& context = why.context();
  for (std::size_t at = 0; at < context.size(); ++at)
    if (context.match_element<std::string>(at)) return context.get_as<std::string>(at);
  return system.render(why);
}

caf::error failure(std::string text) {
  return caf::make_error(caf::sec::runtime_error, std::move(text));
}

constexpr auto hopeless = caf::atom("hopeless");

bool is_hopeless(const caf::error& why) {
  return why && why.category() == hopeless;
}

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};

} // namespace

caf::error hopeless_end(std::string why) {
  return {1, hopeless, caf::make_message(std::move(why))};
}

supervised::supervised(child_spec wanted, const supervisor_options& options)
    : make(std::move(wanted.start)), stop_timeout(wanted.stop_timeout),
      brakes(wanted.restart, wanted.backoff, options.intensity, options.parks),
      stays_ended(wanted.restart == restart_type::temporary),
      announces_ready(wanted.announces_ready) {
  id = std::move(wanted.id);
}

supervisor_state::~supervisor_state() {
  for (std::size_t at = 0; at < children.size(); ++at) {
    auto& child = children.at(at);
    if (child.handle) caf::anon_send_exit(child.handle, caf::exit_reason::kill);
    release_permit(child);
  }
  // A request that was not answered yet is taken back the same way.
  for (const auto& [id, number] : asked)
    if (coordinator) self->send(coordinator, permit_release{id, number});
}

void supervisor_state::begin(std::shared_ptr<supervisor_options> wanted) {
  auto first = std::exchange(wanted->children, {});
  options = std::move(wanted);
  last_number = options->number_before;
  if (!options->name.empty()) name = options->name.c_str();
  coordinator = options->coordinator;
  gated = static_cast<bool>(coordinator);
  if (gated) self->monitor(coordinator);
  for (auto& spec : first) add(std::move(spec));
}

void supervisor_state::shut_down(caf::error why) {
  if (quitting) return;
  quitting = std::move(why);
  to_end.clear();
  for (std::size_t at = children.size(); at-- > 0;) {
    auto& child = children.at(at);
    child.after = after_end::finish;
    child.successor.reset();
    if (child.alive())
      to_end.push_back(child.id);
    else if (child.state != child_state::finished)
      finish(child);
  }
  if (options->ends_together)
    for (const auto& id : to_end)
      if (auto* child = children.find(id); child->state != child_state::ending) ask_end(*child);
  step();
}

void supervisor_state::on_ready(const child_ready& message) {
  auto* child = children.find(message.child);
  if (child && child->state == child_state::starting && child->number == message.number)
    become_ready(*child);
}

void supervisor_state::on_granted(const permit_granted& permit) {
  if (self->current_sender() != coordinator) return; // A former one's; the present one was asked.
  if (std::erase(asked, std::pair(permit.child, permit.number)) == 0) return;
  auto* child = children.find(permit.child);
  const bool wanted = child && child->state == child_state::asking_permit &&
                      child->number == permit.number && !quitting;
  if (!wanted) {
    self->send(coordinator, permit_release{permit.child, permit.number});
    return;
  }
  child->has_permit = true;
  spawn(*child);
  step();
}

void supervisor_state::on_deferred(const permit_deferred& message) {
  const auto* child = children.find(message.child);
  if (child && child->state == child_state::asking_permit && child->number == message.number)
    report(*child, child_event::waiting, message.reason);
}

/// A successor is told of what its predecessor had granted, and asked for what it had not.
void supervisor_state::take_coordinator(const caf::actor& successor) {
  if (!gated || successor == coordinator) return;
  if (coordinator) self->demonitor(coordinator);
  coordinator = successor;
  self->monitor(coordinator);
  asked.clear();
  for (std::size_t at = 0; at < children.size(); ++at) {
    const auto& child = children.at(at);
    if (child.has_permit) self->send(coordinator, permit_held{child.id, child.number});
    if (child.state == child_state::asking_permit) ask_permit(child);
  }
}

void supervisor_state::on_down(const caf::down_msg& down) {
  if (coordinator && down.source == coordinator.address()) {
    coordinator = nullptr; // Who asks for a permit now waits for its successor.
    return;
  }
  for (std::size_t at = 0; at < children.size(); ++at) {
    auto& child = children.at(at);
    // The id is compared first: an address costs two atomic counts, and there may be a thousand.
    if (child.handle && child.handle.id() == down.source.id() &&
        child.handle.address() == down.source)
      return gone(child, down.reason);
  }
  // An older child, or one that was abandoned.
}

void supervisor_state::on_timer(const supervisor_timer& message) {
  auto* child = children.find(message.child);
  if (!child || child->timer != message.timer) return;
  child->timer = 0;
  if (child->state == child_state::parked) child->brakes.on_half_open();
  if (child->state == child_state::parked || child->state == child_state::waiting) {
    child->start_due = true;
    step();
  } else if (child->state == child_state::ending && !child->killed) {
    child->killed = true;
    self->send_exit(child->handle, caf::exit_reason::kill);
    set_timer(*child, kill_wait_max);
  } else if (child->state == child_state::ending) {
    self->demonitor(child->handle);
    gone(*child, failure("it did not end after a kill, and is abandoned"));
  }
}

void supervisor_state::want(supervised& child, cause why) {
  child.apply(child_input::start);
  child.start_due = false;
  child.number = ++last_number;
  child.restarts = why == cause::end && child.ended_last;
  child.brakes.on_start();
  if (!gated) return spawn(child);
  ask_permit(child);
}

void supervisor_state::ask_permit(const supervised& child) {
  asked.emplace_back(child.id, child.number);
  if (!coordinator) return; // Its successor is asked.
  self->send(coordinator, permit_request{child.id, child.number, options->name, child.restarts,
                                         alone(child), last(child)});
}

bool supervisor_state::alone(const supervised& child) {
  for (std::size_t at = 0; at < children.size(); ++at)
    if (&children.at(at) != &child && children.at(at).state == child_state::ready) return false;
  return true;
}

bool supervisor_state::last(const supervised& child) {
  for (std::size_t at = 0; at < children.size(); ++at)
    if (&children.at(at) != &child && children.at(at).alive()) return false;
  return true;
}

restart_window& supervisor_state::window_of(supervised& child) {
  auto& made = options->parks ? child.window : window;
  if (!made) made = std::make_unique<restart_window>(options->intensity);
  return *made;
}

void supervisor_state::spawn(supervised& child) {
  child.apply(child_input::permit);
  child.killed = false;
  child.handle = child.make(self, child.number);
  if (!child.handle) return gone(child, failure("its factory made no actor"));
  self->monitor(child.handle);
  report(child, child_event::starting);
  if (!child.announces_ready) become_ready(child);
}

void supervisor_state::become_ready(supervised& child) {
  child.apply(child_input::announce);
  child.brakes.on_ready(self->clock().now());
  release_permit(child);
  report(child, child_event::ready);
}

void supervisor_state::ask_end(supervised& child) {
  child.apply(child_input::end);
  self->send_exit(child.handle, caf::exit_reason::user_shutdown);
  set_timer(child, child.stop_timeout);
}

void supervisor_state::gone(supervised& child, const caf::error& why) {
  child.handle = nullptr;
  release_permit(child);
  child.last_reason = text_of(self->system(), why);
  report(child, child_event::ended, child.last_reason);
  settle(child, why);
  step();
}

void supervisor_state::settle(supervised& child, const caf::error& why) {
  const auto after = std::exchange(child.after, after_end::decide);
  if (quitting) return finish(child);
  switch (after) {
  case after_end::decide:
    return decide(child, why);
  case after_end::finish:
    return finish(child);
  case after_end::start:
    // It may have ended by itself before it was asked to.
    if (child.state != child_state::ending) child.apply(child_input::end);
    return want(child, cause::order);
  case after_end::hold:
    return child.apply(child_input::hold);
  case after_end::remove:
    return drop(child);
  }
}

void supervisor_state::decide(supervised& child, const caf::error& why) {
  const double random = options->random ? options->random() : 0.5;
  // Another may be ready again by the time its back-off is over.
  child.ended_last = alone(child);
  const auto decision = is_hopeless(why) ? child.brakes.on_hopeless_end()
                                         : child.brakes.on_end(self->clock().now(), is_failure(why),
                                                               random, window_of(child));
  std::visit(overloaded{
                 [&](const restart_now&) {
                   hold_others(child);
                   child.apply(child_input::back_off);
                   child.start_due = true;
                   report(child, child_event::restarting, child.last_reason);
                 },
                 [&](const restart_after& x) {
                   hold_others(child);
                   child.apply(child_input::back_off);
                   set_timer(child, x.delay);
                   report(child, child_event::backing_off, child.last_reason, x.delay);
                 },
                 [&](const park& x) {
                   hold_others(child);
                   child.apply(child_input::park);
                   if (x.half_open.count() > 0) set_timer(child, x.half_open);
                   report(child, child_event::parked, child.last_reason, x.half_open);
                 },
                 [&](const toolscore::give_up&) { give_up(child); },
                 [&](const finished&) { finish(child); },
             },
             decision);
}

void supervisor_state::give_up(supervised& child) {
  finish(child);
  shut_down(failure(std::string(name) + " gave up: child " + child.id + " was restarted " +
                    std::to_string(child.brakes.attempt()) + " times in a row; last reason: " +
                    (child.last_reason.empty() ? "it ended normally" : child.last_reason)));
}

void supervisor_state::finish(supervised& child) {
  child.apply(child_input::finish);
  child.start_due = false;
  report(child, child_event::finished);
  if (!quitting) free_followers(child);
}

void supervisor_state::drop(supervised& child) {
  if (child.state != child_state::finished) finish(child);
  const auto successor = std::move(child.successor);
  children.erase(std::string(child.id));
  if (successor) add(std::move(*successor));
}

void supervisor_state::hold_others(supervised& child) {
  for (const auto place : plan_restart(options->how, children.size(), children.place(child)).stop) {
    auto& other = children.at(place);
    if (!other.active() || other.after == after_end::finish || other.after == after_end::remove)
      continue;
    // A restart that contains another one takes it over.
    for (auto& id : std::exchange(other.followers, {})) child.followers.push_back(std::move(id));
    other.start_due = false;
    const bool leaves = other.stays_ended;
    if (!leaves) child.followers.push_back(other.id);
    if (other.alive()) {
      other.after = leaves ? after_end::finish : after_end::hold;
      to_end.push_back(other.id);
    } else if (leaves) {
      finish(other);
    } else {
      other.apply(child_input::hold);
    }
  }
}

void supervisor_state::free_followers(supervised& child) {
  for (const auto& id : std::exchange(child.followers, {})) {
    auto* follower = children.find(id);
    if (!follower) continue;
    if (follower->alive() && follower->after == after_end::hold)
      follower->after = after_end::start;
    else if (follower->state == child_state::idle)
      want(*follower, cause::order);
  }
}

bool supervisor_state::followers_alive(const supervised& child) {
  return std::any_of(child.followers.begin(), child.followers.end(), [&](const auto& id) {
    const auto* follower = children.find(id);
    return follower && follower->alive();
  });
}

void supervisor_state::start_group(supervised& child) {
  auto group = std::exchange(child.followers, {});
  group.push_back(child.id);
  child.start_due = false;
  for (std::size_t at = 0; at < children.size(); ++at) {
    auto& member = children.at(at);
    if (std::find(group.begin(), group.end(), member.id) == group.end()) continue;
    if (&member == &child || member.state == child_state::idle)
      want(member, &member == &child ? cause::end : cause::order);
  }
}

/// After every change: goes on with what waits for it.
void supervisor_state::step() {
  end_next();
  if (quitting) {
    if (to_end.empty() && !children.any_alive()) self->quit(*quitting);
    return;
  }
  for (std::size_t at = 0; at < children.size(); ++at) {
    auto& child = children.at(at);
    if (child.start_due && !followers_alive(child)) start_group(child);
  }
}

void supervisor_state::end_next() {
  while (!to_end.empty()) {
    auto* child = children.find(to_end.front());
    if (child && child->alive()) {
      if (child->state != child_state::ending) ask_end(*child);
      return;
    }
    to_end.erase(to_end.begin());
  }
}

void supervisor_state::release_permit(supervised& child) {
  if (!std::exchange(child.has_permit, false) || !coordinator) return;
  self->send(coordinator, permit_release{child.id, child.number});
}

void supervisor_state::set_timer(supervised& child, std::chrono::milliseconds delay) {
  child.timer = ++last_timer;
  self->delayed_send(self, delay, supervisor_timer{child.id, child.timer});
}

void supervisor_state::report(const supervised& child, child_event what, std::string reason,
                              std::chrono::milliseconds delay) {
  if (!options->observer) return;
  self->send(options->observer, child_report{child.id, what, child.number, child.brakes.attempt(),
                                             delay, std::move(reason)});
}

} // namespace toolscore
