#include "actors/runner_member_actor.hpp"

#include "loop/house_handlers.hpp"
#include "messages/in_container.hpp"
#include "runners/container/container_runner_actor.hpp"
#include "runners/install_io.hpp"
#include "runners/process_runner_actor.hpp"

#include <caf/behavior.hpp>

namespace toolscore {
namespace {

process_runner_options for_processes(const runner_member_options& options) {
  process_runner_options runner;
  runner.processes = options.processes;
  runner.host = find_host_facts(options.state_dir, options.libexec_dir, own_environment(),
                                options.engine_address);
  runner.installs_max = options.installs_max;
  runner.manager = options.manager;
  runner.pool = options.pool;
  return runner;
}

container_runner_options for_containers(const runner_member_options& options, caf::actor projects) {
  container_runner_options runner;
  runner.engine = options.engine;
  runner.pulls_max = options.installs_max;
  runner.manager = options.manager;
  runner.projects = std::move(projects);
  return runner;
}

/// Both are linked to it: whoever of the three ends takes the others along, and the root begins
/// anew with all of them.
caf::behavior make_runners(caf::event_based_actor* self, const runner_member_options& options) {
  set_house_handlers(self);
  const auto processes = self->spawn<caf::linked>(make_process_runner, for_processes(options));
  const auto containers =
      self->spawn<caf::linked>(make_container_runner, for_containers(options, processes));
  return {
      [=](install_server_request& request) {
        // Of another kind than before: what the other one still does for it is in vain.
        const bool boxed = in_container(request.spec);
        self->send(boxed ? processes : containers, cancel_install{request.spec.id});
        self->delegate(boxed ? containers : processes, std::move(request));
      },
      [=](discard_install& order) { self->delegate(processes, std::move(order)); },
      [=](const cancel_install& order) {
        self->send(processes, order);
        self->send(containers, order);
      },
  };
}

} // namespace

caf::actor spawn_runners(caf::event_based_actor* root, const runner_member_options& options) {
  return root->spawn(make_runners, options);
}

} // namespace toolscore
