#include "node/doctor_command_io.hpp"

#include "node/config_file_io.hpp"
#include "node/doctor_host_io.hpp"
#include "node/node_address_io.hpp"
#include "node/up_io.hpp"

namespace toolscore {

command_output doctor_command(const cli_request& request) {
  const auto file = chosen_config_file(request);
  const auto config = read_node_config(file, process_environment(file));
  if (!config) return {{}, "error: " + config.failure().detail + "\n", exit_code::usage};
  const auto state_dir =
      request.state_dir.empty() ? config->state_dir : absolute_path(request.state_dir);
  const auto report = examine_host(config->servers, state_dir, libexec_dir(), config->engine);
  if (!report) return {{}, "error: " + report.failure().detail + "\n", exit_code::failed};
  return {request.json ? doctor_json(*report) : doctor_text(*report), {}, exit_code::ok};
}

} // namespace toolscore
