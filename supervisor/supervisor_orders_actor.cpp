// What people and other actors order about one child; every order is idempotent.
#include "supervisor/supervisor_state_actor.hpp"

#include <caf/send.hpp>

namespace toolscore {

void supervisor_state::answer(const reports_told& told) {
  if (options->observer) self->send(options->observer, told);
}

void supervisor_state::add(child_spec spec) {
  if (quitting) return;
  if (auto* known = children.find(spec.id)) {
    if (known->alive() && known->after == after_end::remove) {
      known->successor = std::make_unique<child_spec>(std::move(spec));
      return;
    }
    if (known->state != child_state::finished) return;
    children.erase(spec.id);
  }
  want(children.add(std::make_unique<supervised>(std::move(spec), *options)), cause::order);
  step();
}

void supervisor_state::start(const std::string& id) {
  auto* child = children.find(id);
  if (!child || quitting) return;
  child->brakes.forget();
  switch (child->state) {
  case child_state::starting:
  case child_state::ready:
  case child_state::asking_permit:
    break;
  case child_state::ending:
    if (child->after == after_end::finish) child->after = after_end::start;
    break;
  case child_state::idle:
  case child_state::finished:
    want(*child, cause::order);
    break;
  case child_state::waiting:
  case child_state::parked:
    child->start_due = true;
    break;
  }
  step();
}

void supervisor_state::stop(const std::string& id) {
  auto* child = children.find(id);
  if (!child || quitting) return;
  if (child->alive())
    end_then(*child, after_end::finish);
  else if (child->state != child_state::finished)
    finish(*child);
  step();
}

void supervisor_state::restart(const std::string& id) {
  auto* child = children.find(id);
  if (!child || quitting) return;
  if (child->alive())
    end_then(*child, after_end::start);
  else if (child->state == child_state::waiting || child->state == child_state::parked)
    child->start_due = true;
  else if (child->state != child_state::asking_permit)
    want(*child, cause::order);
  step();
}

void supervisor_state::remove(const std::string& id) {
  auto* child = children.find(id);
  if (!child || quitting) return;
  child->successor.reset();
  if (child->alive())
    end_then(*child, after_end::remove);
  else
    drop(*child);
  step();
}

void supervisor_state::end_then(supervised& child, after_end what) {
  // Removal is final, and a group that waits for this child to restart starts it itself.
  const bool stays = child.after == after_end::remove ||
                     (child.after == after_end::hold && what == after_end::start);
  if (!stays) child.after = what;
  if (child.state != child_state::ending) ask_end(child);
}

} // namespace toolscore
