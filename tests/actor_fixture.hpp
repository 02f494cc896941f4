#pragma once
#include <algorithm>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace toolscore::test {

/// Actors on virtual time in the test's own thread: nothing runs before settle() or advance(), and
/// the clock moves by advance() alone. Not together with the loop's scheduler.
class actor_fixture {
public:
  using moment = caf::actor_clock::time_point;

  actor_fixture() : system(config), scheduler_(find(system)) {}
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;
  /// Kills what was kept, for ~actor_system waits for every actor.
  ~actor_fixture() {
    for (auto& actor : kept_) caf::anon_send_exit(actor, caf::exit_reason::kill);
    kept_.clear();
    settle();
    scheduler_.clock().cancel_all();
    settle();
  }

  /// Handles every message that is due now, and all that after() has put there.
  void settle() {
    scheduler_.run();
    while (!agenda_.empty() && agenda_.begin()->first <= now()) {
      const auto work = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      work();
      scheduler_.run();
    }
  }

  /// What is no actor acts on virtual time too; never from inside this call.
  void after(caf::timespan delay, std::function<void()> work) {
    agenda_.emplace(now() + delay, std::move(work));
  }
  /// Forgets every timer and what after() was given: nothing pending keeps an actor.
  void forget_timers() {
    agenda_.clear();
    scheduler_.clock().cancel_all();
    settle();
  }

  /// Moves the clock and stops at each timer on the way, so that timers armed by timers are exact.
  void advance(caf::timespan by) {
    settle();
    const auto target = now() + by;
    auto& clock = scheduler_.clock();
    for (;;) {
      auto due = target + caf::timespan{1};
      if (!clock.schedule().empty()) due = clock.schedule().begin()->first;
      if (!agenda_.empty()) due = std::min(due, agenda_.begin()->first);
      if (due > target) break;
      scheduler_.advance_time(due > now() ? due - now() : caf::timespan{0});
      settle();
    }
    scheduler_.advance_time(target - now());
    settle();
  }

  /// Moves the clock at once: each timer on the way is found late, as by a node that was stopped.
  void sleep_through(caf::timespan by) {
    settle();
    scheduler_.advance_time(by);
    settle();
  }

  moment now() const { return scheduler_.clock().now(); }
  std::size_t running() { return system.registry().running(); }

  template <class... Ts>
  caf::actor spawn(Ts&&... xs) {
    return keep(system.spawn(std::forward<Ts>(xs)...));
  }
  caf::actor keep(caf::actor actor) {
    kept_.push_back(actor);
    return actor;
  }
  template <class Message>
  void send(const caf::actor& to, Message message) {
    caf::anon_send(to, std::move(message));
    settle();
  }
  void ask_end(const caf::actor& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    settle();
  }

private:
  struct virtual_time : caf::actor_system_config {
    virtual_time() { set("scheduler.policy", caf::atom("testing")); }
  };
  static caf::scheduler::test_coordinator& find(caf::actor_system& in) {
    return dynamic_cast<caf::scheduler::test_coordinator&>(in.scheduler());
  }
  virtual_time config;

public:
  caf::actor_system system;

private:
  caf::scheduler::test_coordinator& scheduler_;
  std::vector<caf::actor> kept_;
  std::multimap<moment, std::function<void()>> agenda_; ///< Equal moments keep their order.
};

} // namespace toolscore::test
