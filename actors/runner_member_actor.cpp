#include "actors/runner_member_actor.hpp"

#include "runners/install_io.hpp"
#include "runners/process_runner_actor.hpp"

namespace toolscore {

caf::actor spawn_process_runner(caf::event_based_actor* root,
                                const runner_member_options& options) {
  process_runner_options runner;
  runner.processes = options.processes;
  runner.host = find_host_facts(options.state_dir, options.libexec_dir, own_environment());
  runner.installs_max = options.installs_max;
  runner.manager = options.manager;
  runner.pool = options.pool;
  return root->spawn(make_process_runner, std::move(runner));
}

} // namespace toolscore
