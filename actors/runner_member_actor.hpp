#pragma once
#include "runners/container/engine_client_io.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

struct runner_member_options {
  process_host* processes = nullptr; ///< Outlives the tree.
  std::shared_ptr<engine_client> engine;
  std::string engine_address; ///< `node.engine`, for what is built by it.
  std::string state_dir;
  std::string libexec_dir;
  std::uint32_t installs_max = 2;
  std::function<caf::actor()> manager;
  blocking_runner pool;
};

/// The runner of all servers: hands each to the one of plain processes or to that of containers,
/// and ends with either.
caf::actor spawn_runners(caf::event_based_actor* root, const runner_member_options& options);

} // namespace toolscore
