#include "runners/project_steps.hpp"

#include <algorithm>

namespace toolscore {
namespace {

bool has(const install_facts& facts, const char* file) {
  return facts.project.files.count(file) != 0;
}

variable_map with_bins(variable_map variables, const std::vector<std::string>& bins) {
  for (const auto& bin : bins) prepend_path(variables, bin);
  return variables;
}

/// The commands that the definition names, in place of whatever detection would find.
result<maybe_step> next_own_step(const server_spec& spec, const host_facts& host,
                                 const install_plan& plan, const install_facts& facts) {
  for (std::size_t i = 0; i < spec.build.size(); ++i) {
    const auto name = "build " + std::to_string(i + 1);
    if (completed(facts, name)) continue;
    return maybe_step(make_step(name, spec.build[i], install_environment(host.variables),
                                project_dir(spec, plan), spec));
  }
  return maybe_step();
}

result<maybe_step> next_python(const server_spec& spec, const host_facts& host,
                               const install_plan& plan, const install_facts& facts) {
  const auto cwd = project_dir(spec, plan);
  if (has(facts, "uv.lock") && !host.uv.empty()) {
    if (completed(facts, "uv")) return maybe_step();
    auto step = make_step("uv", {host.uv, "sync", "--frozen", "--no-dev", "--no-progress"},
                          install_environment(host.variables), cwd, spec);
    step.launch.env["UV_PROJECT_ENVIRONMENT"] = venv_dir(plan);
    return maybe_step(std::move(step));
  }
  if (!completed(facts, "venv")) {
    auto step = venv_step(spec, host, plan, cwd);
    if (!step) return step.failure();
    return maybe_step(std::move(*step));
  }
  const auto how = detect_python_install(facts.project);
  if (how == python_install::nothing || completed(facts, "pip")) return maybe_step();
  const bool editable = how == python_install::editable;
  return maybe_step(pip_step(spec, host, plan, cwd,
                             editable ? std::vector<std::string>{"-e", "."}
                                      : std::vector<std::string>{"-r", "requirements.txt"}));
}

/// Who installs a Node project: whose lock file is there, if that program is, else npm.
struct node_installer {
  const char* name;
  std::vector<std::string> argv;
};

node_installer installer_of(const host_facts& host, const install_facts& facts) {
  if (has(facts, "pnpm-lock.yaml") && !host.pnpm.empty())
    return {"pnpm", {host.pnpm, "install", "--frozen-lockfile", "--reporter=append-only"}};
  if (has(facts, "yarn.lock") && !host.yarn.empty())
    return {"yarn", {host.yarn, "install", "--frozen-lockfile", "--non-interactive"}};
  const bool locked = has(facts, "package-lock.json") || has(facts, "npm-shrinkwrap.json");
  return {"npm",
          {host.npm, locked ? "ci" : "install", "--no-audit", "--no-fund", "--loglevel=error",
           "--no-progress", "--no-update-notifier"}};
}

result<maybe_step> next_node(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  if (!has(facts, "package.json")) return maybe_step();
  if (host.npm.empty() || host.node.empty())
    return missing_tool("node and npm", "a Node.js server");
  const auto cwd = project_dir(spec, plan);
  const auto variables = install_environment(host.variables);
  auto installer = installer_of(host, facts);
  if (!completed(facts, installer.name))
    return maybe_step(make_step(installer.name, std::move(installer.argv), variables, cwd, spec));
  const auto package = read_package_json(facts.project.package_json);
  if (package.has_build && !completed(facts, "build") && !find_entry(facts.project))
    return maybe_step(
        make_step("build", {host.npm, "run", "build", "--loglevel=error", "--no-update-notifier"},
                  variables, cwd, spec));
  return maybe_step();
}

result<maybe_step> next_rust(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  if (completed(facts, "cargo")) return maybe_step();
  if (host.cargo.empty()) return missing_tool("cargo (Rust)", "a Rust server");
  std::vector<std::string> argv{host.cargo, "build", "--release"};
  if (has(facts, "Cargo.lock")) argv.emplace_back("--locked");
  auto step = make_step("cargo", std::move(argv), install_environment(host.variables),
                        project_dir(spec, plan), spec);
  step.launch.env["CARGO_TERM_PROGRESS_WHEN"] = "never";
  step.launch.env["CARGO_TARGET_DIR"] = project_dir(spec, plan) + "/target";
  return maybe_step(std::move(step));
}

result<maybe_step> next_go(const server_spec& spec, const host_facts& host,
                           const install_plan& plan, const install_facts& facts) {
  if (completed(facts, "go")) return maybe_step();
  if (host.go.empty()) return missing_tool("go", "a Go server");
  return maybe_step(make_step("go", {host.go, "build", "-o", go_program, "."},
                              install_environment(host.variables), project_dir(spec, plan), spec));
}

} // namespace

install_step make_step(std::string name, std::vector<std::string> argv, variable_map variables,
                       std::string cwd, const server_spec& spec) {
  install_step step;
  step.name = std::move(name);
  step.launch.argv = std::move(argv);
  step.launch.env = std::move(variables);
  for (const auto& [key, value] : install_settings_of(spec.env)) step.launch.env[key] = value;
  step.launch.cwd = std::move(cwd);
  // A build starts compilers and unpacks trees: the limits of a running server are not for it.
  step.launch.limits.files = 65'536;
  step.timeout = build_timeout;
  return step;
}

bool completed(const install_facts& facts, const std::string& name) {
  return std::find(facts.completed.begin(), facts.completed.end(), name) != facts.completed.end();
}

error missing_tool(const std::string& what, const std::string& why) {
  return {errc::install_failed,
          why + " needs " + what + ", which is not in the node's PATH; install it"};
}

result<install_step> venv_step(const server_spec& spec, const host_facts& host,
                               const install_plan& plan, const std::string& cwd) {
  if (host.python.empty()) return missing_tool("python3", "a Python server");
  return make_step("venv", {host.python, "-m", "venv", venv_dir(plan)},
                   install_environment(host.variables), cwd, spec);
}

install_step pip_step(const server_spec& spec, const host_facts& host, const install_plan& plan,
                      const std::string& cwd, const std::vector<std::string>& what) {
  std::vector<std::string> argv{venv_dir(plan) + "/bin/python", "-m",        "pip", "install",
                                "--disable-pip-version-check",  "--no-input"};
  argv.insert(argv.end(), what.begin(), what.end());
  return make_step("pip", std::move(argv),
                   with_bins(install_environment(host.variables), {venv_dir(plan) + "/bin"}), cwd,
                   spec);
}

result<maybe_step> next_project_step(const server_spec& spec, const host_facts& host,
                                     const install_plan& plan, const install_facts& facts) {
  if (!spec.build.empty()) return next_own_step(spec, host, plan, facts);
  switch (detect_kind(facts.project)) {
  case project_kind::python:
    return next_python(spec, host, plan, facts);
  case project_kind::node:
    return next_node(spec, host, plan, facts);
  case project_kind::rust:
    return next_rust(spec, host, plan, facts);
  case project_kind::go:
    return next_go(spec, host, plan, facts);
  case project_kind::none:
    break;
  }
  return maybe_step();
}

} // namespace toolscore
