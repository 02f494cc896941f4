#include "loop/actor_host.hpp"

#include "loop/loop_scheduler.hpp"

#include <caf/actor_registry.hpp>

namespace toolscore {

actor_host::actor_host(const std::function<void(caf::actor_system_config&)>& configure)
    : config_(std::make_unique<caf::actor_system_config>()), loop_(std::make_unique<event_loop>()) {
  config_->module_factories.emplace_back([loop = loop_.get()](caf::actor_system& system) {
    return loop_scheduler::make(system, *loop);
  });
  if (configure) configure(*config_);
  system_ = std::make_unique<caf::actor_system>(*config_);
}

actor_host::~actor_host() {
  if (shutdown(last_wait_max)) return;
  // Handlers in the loop and actors in the system refer to each other and to the configuration.
  static_cast<void>(system_.release());
  static_cast<void>(loop_.release());
  static_cast<void>(config_.release());
}

std::size_t actor_host::running() const {
  return system_ ? system_->registry().running() : 0;
}

bool actor_host::run_until(const std::function<bool()>& finished, std::chrono::milliseconds limit) {
  return loop_->run_until(finished, std::chrono::steady_clock::now() + limit);
}

bool actor_host::shutdown(std::chrono::milliseconds limit) {
  if (!system_) return true;
  if (!run_until([this] { return running() == 0; }, limit)) return false;
  system_.reset();
  return true;
}

} // namespace toolscore
