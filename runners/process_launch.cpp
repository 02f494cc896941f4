#include "runners/process_plan.hpp"

#include "messages/in_container.hpp"
#include "runners/built_image.hpp"
#include "runners/bundle_plan.hpp"
#include "runners/container/container_plan.hpp"
#include "runners/isolation_plan.hpp"

#include <algorithm>

namespace toolscore {
namespace {

std::string joined(const std::string& root, const std::string& path) {
  if (path.empty()) return root;
  return path.starts_with('/') ? path : root + "/" + path;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Where it lives: what is strictly isolated has its home in its own directory, and who has a /tmp
/// of its own uses that. What the definition itself says stays.
void settle_home(launch_plan& plan, const server_spec& spec) {
  const auto& asked = plan.isolation.asked;
  if (level_of(asked) == isolation_level::strict && spec.env.count("HOME") == 0)
    plan.env["HOME"] = plan.isolation.own_dir;
  if (has_own_tmp(asked) && spec.env.count("TMPDIR") == 0) plan.env.erase("TMPDIR");
}

/// What every launch plan has: the server's environment with `bins` first in PATH and the server's
/// own settings on top, its directory and its limits.
launch_plan base_plan(const server_spec& spec, const host_facts& host, variable_map variables,
                      const std::string& cwd, const std::vector<std::string>& bins) {
  launch_plan plan;
  plan.env = std::move(variables);
  for (const auto& [name, value] : spec.env) plan.env[name] = value;
  for (const auto& bin : bins) prepend_path(plan.env, bin);
  plan.cwd = joined(cwd, spec.cwd);
  plan.own_cwd = plan.cwd == server_dir(spec.id, host);
  plan.limits = spec.policy.limits;
  plan.endpoint = spec.endpoint;
  plan.isolation = {spec.policy.isolation, host.state_dir, server_dir(spec.id, host), {}};
  settle_home(plan, spec);
  return plan;
}

launch_plan launch_command(const server_spec& spec, const host_facts& host) {
  const bool installs = is_launcher(spec.command);
  auto plan =
      base_plan(spec, host,
                installs ? install_environment(host.variables) : server_environment(host.variables),
                server_dir(spec.id, host), {});
  plan.argv = {spec.command};
  append(plan.argv, spec.args);
  return plan;
}

result<launch_plan> launch_npm(const server_spec& spec, const host_facts& host,
                               const install_plan& install, const install_facts& facts) {
  const auto bin = npm_bin(install, facts);
  if (!bin) return bin.failure();
  auto plan = base_plan(spec, host, server_environment(host.variables), server_dir(spec.id, host),
                        {install.dir + "/node_modules/.bin"});
  const auto file = package_dir(install) + "/" + *bin;
  if (const auto flags = node_flags(facts.bin_first_line, file)) {
    plan.argv = {host.node};
    append(plan.argv, *flags);
  }
  plan.argv.push_back(file);
  append(plan.argv, install.npx.args);
  return plan;
}

result<launch_plan> launch_pypi(const server_spec& spec, const host_facts& host,
                                const install_plan& install, const install_facts& facts) {
  const auto bin = venv_dir(install) + "/bin";
  auto plan =
      base_plan(spec, host, server_environment(host.variables), server_dir(spec.id, host), {bin});
  plan.env.emplace("VIRTUAL_ENV", venv_dir(install));
  if (spec.source == source_kind::pypi && !spec.command.empty()) {
    plan.argv = {spec.command};
  } else {
    const auto script = pypi_script(install, facts);
    if (!script) return script.failure();
    plan.argv = {bin + "/" + *script};
  }
  append(plan.argv, install.pypi.args);
  return plan;
}

result<launch_plan> launch_bundle(const server_spec& spec, const host_facts& host,
                                  const install_plan& install, const install_facts& facts) {
  const auto directory = checkout_dir(install);
  const auto home = host.variables.find("HOME");
  auto start = read_bundle(facts.project.manifest_json, directory,
                           home != host.variables.end() ? home->second : "", spec.user_config);
  if (!start) return start.failure();
  auto plan = base_plan(spec, host, server_environment(host.variables), directory, {});
  // The definition's own settings win.
  for (auto& [name, value] : start->env) plan.env.emplace(name, std::move(value));
  plan.argv = {spec.command.empty() ? start->command : spec.command};
  if (plan.argv[0] == "node" && !host.node.empty()) plan.argv[0] = host.node;
  if (plan.argv[0] == "python" && !host.python.empty()) plan.argv[0] = host.python;
  append(plan.argv, start->args);
  append(plan.argv, spec.args);
  return plan;
}

result<launch_plan> launch_project(const server_spec& spec, const host_facts& host,
                                   const install_plan& install, const install_facts& facts) {
  const auto directory = project_dir(spec, install);
  const auto venv_bin = venv_dir(install) + "/bin";
  // The virtual environment comes before the modules' bins: it has a python of its own.
  auto plan = base_plan(spec, host, server_environment(host.variables), directory,
                        {directory + "/node_modules/.bin", venv_bin});
  const bool venv = !facts.project.venv_scripts.empty();
  if (venv) plan.env.emplace("VIRTUAL_ENV", venv_dir(install));
  if (!spec.command.empty()) {
    plan.argv = {spec.command};
    append(plan.argv, spec.args);
    return plan;
  }
  const auto entry = find_entry(facts.project);
  if (!entry) return entry.failure();
  switch (entry->kind) {
  case entry_kind::console_script:
    plan.argv = {venv_bin + "/" + entry->name};
    break;
  case entry_kind::python_file:
    plan.argv = {venv_bin + "/python", directory + "/" + entry->name};
    break;
  case entry_kind::node_file:
    if (host.node.empty())
      return error{errc::install_failed, "launch: a Node.js server needs node, which is not in the "
                                         "node's PATH; install it"};
    plan.argv = {host.node, directory + "/" + entry->name};
    break;
  case entry_kind::program:
    plan.argv = {directory + "/" + entry->name};
    break;
  }
  append(plan.argv, spec.args);
  return plan;
}

launch_plan launch_remote(const server_spec& spec) {
  launch_plan plan;
  plan.name = spec.id.value;
  plan.endpoint = spec.endpoint;
  return plan;
}

/// In a container of its image, which is looked up by its name.
launch_plan launch_built(const server_spec& spec, const host_facts& host,
                         const install_facts& facts) {
  auto plan = plan_container(spec, {});
  plan.container->settings.image = built_image(spec, facts.version, host.image_owner);
  return plan;
}

result<launch_plan> plan_kind(const server_spec& spec, const host_facts& host,
                              const install_plan& plan, const install_facts& facts) {
  switch (plan.kind) {
  case install_kind::npm:
    return launch_npm(spec, host, plan, facts);
  case install_kind::pypi:
    return launch_pypi(spec, host, plan, facts);
  case install_kind::project:
    if (spec.source == source_kind::bundle) return launch_bundle(spec, host, plan, facts);
    if (is_built(spec)) return launch_built(spec, host, facts);
    return launch_project(spec, host, plan, facts);
  case install_kind::none:
    break;
  }
  return spec.source == source_kind::remote ? launch_remote(spec) : launch_command(spec, host);
}

} // namespace

result<std::string> npm_bin(const install_plan& plan, const install_facts& facts) {
  const auto package = read_package_json(facts.package_json);
  if (!package.valid)
    return error{errc::install_failed, "launch: npm installed " + plan.npx.package +
                                           " but it has no readable package.json"};
  const auto bin = pick_bin(package, plan.npx.bin);
  if (!bin) return bin.failure();
  return bin->second;
}

result<std::string> pypi_script(const install_plan& plan, const install_facts& facts) {
  const auto& wanted = plan.pypi.script;
  const auto said = "launch: the package " + plan.pypi.name;
  if (facts.scripts.empty())
    return error{errc::install_failed,
                 said + " has no console script, so it is no program; check its name or set "
                        "\"command\""};
  if (!wanted.empty()) {
    if (std::find(facts.scripts.begin(), facts.scripts.end(), wanted) != facts.scripts.end())
      return wanted;
    return error{errc::install_failed,
                 said + " has no console script " + wanted + " but " + words_joined(facts.scripts)};
  }
  auto script = pick_script(facts.scripts, plan.pypi.name);
  if (script.empty())
    return error{errc::install_failed, said + " has several console scripts (" +
                                           words_joined(facts.scripts) +
                                           ") and none of its name; set \"command\""};
  return script;
}

result<launch_plan> plan_launch(const server_spec& spec, const host_facts& host,
                                const install_plan& plan, const install_facts& facts) {
  auto launch = plan_kind(spec, host, plan, facts);
  if (launch) launch->isolation.install_dir = plan.dir;
  return launch;
}

} // namespace toolscore
