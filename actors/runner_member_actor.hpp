#pragma once
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace toolscore {

struct runner_member_options {
  process_host* processes = nullptr; ///< Outlives the tree.
  std::string state_dir;
  std::string libexec_dir;
  std::uint32_t installs_max = 2;
  std::function<caf::actor()> manager;
  blocking_runner pool;
};

/// The runner of plain processes, with what the host has for it.
caf::actor spawn_process_runner(caf::event_based_actor* root, const runner_member_options& options);

} // namespace toolscore
