#include "node/plan_server_io.hpp"

#include "runners/install_io.hpp"
#include "runners/plan_outline.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {

command_output plan_of_server(const server_spec& spec, const std::string& state_dir,
                              const std::string& libexec_dir, const std::string& engine,
                              const install_choice& choice, bool json) {
  const auto refused = [](const error& failure) -> command_output {
    return {{}, "error: " + failure.detail + "\n", exit_code::failed};
  };
  const auto host = find_host_facts(state_dir, libexec_dir, own_environment(), engine);
  const auto plan = spec.source == source_kind::image ? result<install_plan>(install_plan())
                                                      : plan_install(spec, host, choice.revision);
  if (!plan) return refused(plan.failure());
  std::optional<install_facts> known;
  if (plan->kind != install_kind::none) known = find_install(spec, *plan);
  const bool installed = known.has_value();
  if (!installed && spec.source == source_kind::path)
    known = read_source(spec.from + "/" + normalise_relative(spec.subdir));
  const auto outline = outline_of(spec, host, installed, known, choice);
  if (!outline) return refused(outline.failure());
  return {json ? outline_json(*outline).dump() + "\n" : outline_text(*outline), {}};
}

} // namespace toolscore
