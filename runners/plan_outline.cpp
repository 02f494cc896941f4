#include "runners/plan_outline.hpp"

#include "messages/in_container.hpp"
#include "runners/container/container_plan.hpp"
#include "runners/step_report.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

constexpr std::size_t steps_max = 32;

std::string names_of(const variable_map& variables) {
  std::vector<std::string> names;
  for (const auto& [name, value] : variables) names.push_back(name);
  return words_joined(names);
}

/// Each step as if the ones before it had gone well and had changed nothing that decides.
result<done> add_steps(plan_outline& outline, const server_spec& spec, const host_facts& host,
                       const install_plan& plan, install_facts facts, bool known) {
  while (outline.steps.size() < steps_max) {
    auto step = next_step(spec, host, plan, facts);
    if (!step) return step.failure();
    if (!*step) return done{};
    facts.completed.push_back((*step)->name);
    outline.steps.push_back(std::move(**step));
    const bool fetched = plan.kind == install_kind::project && outline.steps.size() == 1;
    if (fetched && !known && spec.build.empty() && !is_built(spec)) {
      outline.open = "what is built and started is decided by what the source holds";
      return done{};
    }
  }
  return done{};
}

/// An image is the engine's to look up and to pull.
plan_outline outline_of_image(const server_spec& spec) {
  plan_outline out;
  out.server = spec.id.value;
  out.from = "image " + spec.container.image + ", pulled: " + to_string(spec.container.pull);
  out.launch = plan_container(spec, {});
  return out;
}

std::string update_of(const install_choice& choice) {
  auto out = "`toolscore update` installs it anew beside, as revision " +
             std::to_string(next_revision(choice)) + ", and tries it; it starts from revision " +
             std::to_string(choice.revision);
  if (choice.former) out += ", and --rollback goes back to " + std::to_string(*choice.former);
  return out;
}

/// In a container its image stands before its words.
std::string start_text(const launch_plan& launch) {
  if (!launch.container) return command_text(launch) + "\n             in " + launch.cwd;
  const auto words = command_text(launch);
  return "a container of " + launch.container->settings.image +
         (words.empty()                   ? ""
          : launch.container->own_command ? ": "
                                          : " with ") +
         words + "\n             " +
         (launch.cwd.empty() ? "in its own directory" : "in " + launch.cwd);
}

nlohmann::ordered_json step_json(const launch_plan& launch) {
  nlohmann::ordered_json out{{"argv", launch.argv}, {"cwd", launch.cwd}};
  out["env"] = nlohmann::ordered_json::array();
  for (const auto& [name, value] : launch.env) out["env"].push_back(name);
  return out;
}

} // namespace

result<plan_outline> outline_of(const server_spec& spec, const host_facts& host, bool installed,
                                const std::optional<install_facts>& known,
                                const install_choice& choice) {
  if (spec.source == source_kind::image) return outline_of_image(spec);
  const auto plan = plan_install(spec, host, choice.revision);
  if (!plan) return plan.failure();
  plan_outline out;
  out.server = spec.id.value;
  out.from = plan->from;
  out.directory = plan->dir;
  out.installed = installed;
  if (plan->kind != install_kind::none) out.update = update_of(choice);
  const auto facts = known.value_or(install_facts());
  if (known && plan->kind == install_kind::project) out.found = find_evidence(facts.project);
  if (installed) out.version = facts.version;
  if (!installed && plan->kind != install_kind::none)
    if (auto added = add_steps(out, spec, host, *plan, facts, known.has_value()); !added)
      return added.failure();
  if (!out.open.empty()) return out;
  auto launch = plan_launch(spec, host, *plan, facts);
  if (launch)
    out.launch = std::move(*launch);
  else if (installed)
    out.open = launch.failure().detail;
  else
    out.open = "what is started is decided by what the last step leaves";
  return out;
}

std::string outline_text(const plan_outline& outline) {
  std::string out = "server " + outline.server + ": " + outline.from + "\n";
  if (!outline.directory.empty())
    out += "  directory  " + outline.directory +
           (outline.installed
                ? " (installed" + (outline.version.empty() ? "" : ": " + outline.version) + ")"
                : " (not there yet)") +
           "\n";
  for (const auto& x : outline.found)
    out += "  evidence   " + std::string(to_string(x.kind)) + " +" + std::to_string(x.weight) +
           ": " + x.what + "\n";
  for (std::size_t i = 0; i < outline.steps.size(); ++i) {
    const auto& step = outline.steps[i];
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(step.timeout).count();
    out += "  step " + std::to_string(i + 1) + "     " + step.name + ": " +
           command_text(step.launch) + "\n             in " + step.launch.cwd + ", at most " +
           std::to_string(seconds) + " s\n";
  }
  if (outline.launch)
    out += "  start      " + start_text(*outline.launch) + ", variables " +
           names_of(outline.launch->env) + "\n";
  if (!outline.open.empty()) out += "  open       " + outline.open + "\n";
  if (!outline.update.empty()) out += "  update     " + outline.update + "\n";
  return out;
}

nlohmann::ordered_json outline_json(const plan_outline& outline) {
  nlohmann::ordered_json out{{"server", outline.server},       {"from", outline.from},
                             {"directory", outline.directory}, {"installed", outline.installed},
                             {"version", outline.version},     {"update", outline.update}};
  out["evidence"] = nlohmann::ordered_json::array();
  for (const auto& x : outline.found)
    out["evidence"].push_back(
        {{"kind", to_string(x.kind)}, {"weight", x.weight}, {"what", x.what}});
  out["steps"] = nlohmann::ordered_json::array();
  for (const auto& step : outline.steps) {
    auto row = step_json(step.launch);
    row["name"] = step.name;
    row["timeout_ms"] = step.timeout.count();
    out["steps"].push_back(std::move(row));
  }
  if (outline.launch) out["start"] = step_json(*outline.launch);
  if (outline.launch && outline.launch->container)
    out["start"]["image"] = outline.launch->container->settings.image;
  if (!outline.open.empty()) out["open"] = outline.open;
  return out;
}

} // namespace toolscore
