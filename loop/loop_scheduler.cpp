#include "loop/loop_scheduler.hpp"

#include "loop/house_handlers.hpp"

#include <algorithm>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

/// Far more than the handful of hidden actors that end with a system can need.
constexpr std::size_t last_jobs_max = 100'000;

/// CAF sends what it wants printed to this actor and crashes without one. Ours prints nothing:
/// stdout may be a protocol.
caf::behavior silent_printer(caf::event_based_actor* self) {
  set_house_handlers(self);
  return {[](caf::ok_atom) {}};
}

} // namespace

loop_scheduler::unit::unit(loop_scheduler& scheduler)
    : execution_unit(&scheduler.system()), owner(scheduler) {}

void loop_scheduler::unit::exec_later(caf::resumable* job) {
  owner.enqueue(job);
}

caf::actor_system::module* loop_scheduler::make(caf::actor_system& system, event_loop& loop) {
  return new loop_scheduler(system, loop);
}

loop_scheduler::loop_scheduler(caf::actor_system& system, event_loop& loop)
    : abstract_coordinator(system), loop_(loop), unit_(*this), clock_(loop.io()),
      self_(std::make_shared<loop_scheduler*>(this)) {}

loop_scheduler::~loop_scheduler() {
  *self_ = nullptr;
}

void loop_scheduler::enqueue(caf::resumable* job) {
  if (loop_.runs_here()) {
    ready_.push_back(job);
    post_turn();
    return;
  }
  bool wake = false;
  {
    const std::lock_guard hold(inbox_guard_);
    inbox_.push_back(job);
    wake = !std::exchange(inbox_posted_, true);
  }
  if (!wake) return;
  boost::asio::post(loop_.io(), [owner = self_] {
    if (!*owner) return;
    (*owner)->take_inbox();
    (*owner)->post_turn();
  });
}

void loop_scheduler::post_turn() {
  if (in_turn_ || ready_.empty() || turn_scope::defer(*this)) return;
  if (std::exchange(turn_posted_, true)) return;
  boost::asio::post(loop_.io(), [owner = self_] {
    if (!*owner) return;
    (*owner)->turn_posted_ = false;
    (*owner)->turn();
  });
}

void loop_scheduler::turn() {
  const flush_scope answers;
  in_turn_ = true; // What the jobs enqueue posts nothing.
  for (std::size_t left = jobs_a_turn_max; left > 0 && !ready_.empty(); --left) {
    auto* job = ready_.front();
    ready_.pop_front();
    run(job);
  }
  in_turn_ = false;
  post_turn();
}

void loop_scheduler::take_inbox() {
  {
    const std::lock_guard hold(inbox_guard_);
    taken_.swap(inbox_);
    inbox_posted_ = false;
  }
  ready_.insert(ready_.end(), taken_.begin(), taken_.end());
  taken_.clear();
}

void loop_scheduler::run(caf::resumable* job) {
  switch (job->resume(&unit_, messages_a_job_max)) {
  case caf::resumable::resume_later:
    enqueue(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void loop_scheduler::start() {
  // Not the base's start(), which starts a thread that prints.
  utility_actors_[printer_id] = system_.spawn<caf::hidden>(silent_printer);
}

void loop_scheduler::stop() {
  caf::anon_send_exit(utility_actors_[printer_id], caf::exit_reason::kill);
  utility_actors_[printer_id] = nullptr;
  clock_.cancel_all();
  for (std::size_t left = last_jobs_max; left > 0; --left) {
    take_inbox();
    if (ready_.empty()) return;
    auto* job = ready_.front();
    ready_.pop_front();
    run(job);
  }
}

} // namespace toolscore
