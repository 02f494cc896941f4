#include "runners/process_plan.hpp"

namespace toolscore {
namespace {

std::string joined(const std::string& root, const std::string& path) {
  if (path.empty()) return root;
  return path.starts_with('/') ? path : root + "/" + path;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// What every launch plan has: the minimal environment with `bins` first in PATH and the server's
/// own settings on top, its directory and its limits.
launch_plan base_plan(const server_spec& spec, const host_facts& host, environment variables,
                      const std::string& cwd, const std::vector<std::string>& bins) {
  launch_plan plan;
  plan.env = std::move(variables);
  for (const auto& [name, value] : spec.env) plan.env[name] = value;
  for (const auto& bin : bins) prepend_path(plan.env, bin);
  plan.cwd = joined(cwd, spec.cwd);
  plan.own_cwd = plan.cwd == server_dir(spec.id, host);
  plan.limits = spec.policy.limits;
  return plan;
}

launch_plan launch_command(const server_spec& spec, const host_facts& host) {
  const bool installs = is_launcher(spec.command);
  auto plan = base_plan(spec, host,
                        installs ? install_environment(host.variables)
                                 : minimal_environment(host.variables),
                        server_dir(spec.id, host), {});
  plan.argv = {spec.command};
  append(plan.argv, spec.args);
  return plan;
}

result<launch_plan> launch_npm(const server_spec& spec, const host_facts& host,
                               const install_plan& install, const install_facts& facts) {
  const auto bin = npm_bin(install, facts);
  if (!bin) return bin.failure();
  auto plan = base_plan(spec, host, minimal_environment(host.variables), server_dir(spec.id, host),
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

result<launch_plan> launch_git(const server_spec& spec, const host_facts& host,
                               const install_plan& install, const install_facts& facts) {
  const auto directory = project_dir(spec, install);
  const auto venv_bin = venv_dir(install) + "/bin";
  // The virtual environment comes before the modules' bins: it has a python of its own.
  auto plan = base_plan(spec, host, minimal_environment(host.variables), directory,
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
  }
  append(plan.argv, spec.args);
  return plan;
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

result<launch_plan> plan_launch(const server_spec& spec, const host_facts& host,
                                const install_plan& plan, const install_facts& facts) {
  switch (plan.kind) {
  case install_kind::npm:
    return launch_npm(spec, host, plan, facts);
  case install_kind::git:
    return launch_git(spec, host, plan, facts);
  case install_kind::none:
    break;
  }
  return launch_command(spec, host);
}

} // namespace toolscore
