#pragma once
#include "loop/event_loop.hpp"
#include "loop/house_handlers.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace toolscore {

/// What a program needs to run actors: the loop and an actor system whose scheduler is that loop.
/// Nothing runs until run() or run_until(); all of it then runs on the calling thread.
class actor_host {
public:
  /// `configure` may add message types and error renderers before the system is built.
  explicit actor_host(const std::function<void(caf::actor_system_config&)>& configure = {});
  /// Shuts down with `last_wait_max` if nobody did. Actors that still run then are abandoned: the
  /// system and the loop are leaked, for both are in use, and the process is about to end.
  ~actor_host();
  actor_host(const actor_host&) = delete;
  actor_host& operator=(const actor_host&) = delete;

  static constexpr std::chrono::milliseconds last_wait_max{5'000};

  event_loop& loop() noexcept { return *loop_; }
  boost::asio::io_context& io() noexcept { return loop_->io(); }
  /// Not after a shutdown() that returned true.
  caf::actor_system& system() noexcept { return *system_; }
  std::size_t running() const;

  void run() { loop_->run(); }
  void run_until(const std::function<bool()>& finished) { loop_->run_until(finished); }
  bool run_until(const std::function<bool()>& finished, std::chrono::milliseconds limit);

  /// Ask the root to end first. Runs the loop until no actor runs, then destroys the system; the
  /// loop goes with the host, so that descriptors may still be closed.
  /// @returns false if actors still run after `limit`; the system then stays, and this may be
  /// called again
  [[nodiscard]] bool shutdown(std::chrono::milliseconds limit);

private:
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<event_loop> loop_;
  std::unique_ptr<caf::actor_system> system_;
};

} // namespace toolscore
