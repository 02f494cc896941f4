#pragma once
#include "loop/event_loop.hpp"
#include "loop/loop_clock.hpp"
#include "loop/turn_scope.hpp"

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace toolscore {

/// CAF's scheduler as a module that runs actors on an event loop: no thread, no wake-up between
/// an Asio handler and the actor it sends to. Jobs may come from every thread and run on the
/// loop's.
class loop_scheduler final : public caf::scheduler::abstract_coordinator, private turn_work {
public:
  /// One turn runs at most so many actors, then descriptors and timers get theirs.
  static constexpr std::size_t jobs_a_turn_max = 64;
  /// One actor handles at most so many messages before the next actor runs.
  static constexpr std::size_t messages_a_job_max = 300;

  /// For actor_system_config::module_factories. The loop must outlive the system.
  static caf::actor_system::module* make(caf::actor_system& system, event_loop& loop);
  loop_scheduler(caf::actor_system& system, event_loop& loop);
  ~loop_scheduler() override;

  void enqueue(caf::resumable* job) override;
  void start() override;
  /// Runs what is still queued (hidden actors that end), bounded, then drops the rest.
  void stop() override;
  caf::actor_clock& clock() noexcept override { return clock_; }
  bool detaches_utility_actors() const override { return false; }

private:
  struct unit final : caf::execution_unit {
    explicit unit(loop_scheduler& owner);
    void exec_later(caf::resumable* job) override;
    loop_scheduler& owner;
  };
  void post_turn();
  void turn();
  void run_turn() override { turn(); }
  void take_inbox();
  void run(caf::resumable* job);

  event_loop& loop_;
  unit unit_;
  loop_clock clock_;
  std::deque<caf::resumable*> ready_; ///< Touched by the loop's thread alone.
  bool in_turn_ = false;              ///< Likewise.
  bool turn_posted_ = false;          ///< Likewise; it may find its work done by an earlier turn.
  std::mutex inbox_guard_;
  std::vector<caf::resumable*> inbox_; ///< Jobs of other threads, under inbox_guard_.
  bool inbox_posted_ = false;          ///< Likewise.
  std::vector<caf::resumable*> taken_; ///< Swapped with inbox_, so that neither allocates again.
  /// Posted turns may outlive this module in the loop's queue; they then find no owner.
  std::shared_ptr<loop_scheduler*> self_;
};

} // namespace toolscore
