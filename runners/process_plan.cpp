#include "runners/process_plan.hpp"

#include "runners/install_keys.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

// They fetch what they run, so they need the settings of installers.
constexpr std::array launchers{"npx", "npm",  "pnpm", "pnpx", "yarn", "bunx",
                               "bun", "deno", "uvx",  "uv",   "pipx"};

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

/// npx of the PATH we know. One with a path of its own, or a PATH of the server's own, is another
/// Node.js: that one runs as the user wrote it.
bool plain_npx(const server_spec& spec) {
  return spec.command == "npx" && spec.env.count("PATH") == 0;
}

bool safe_word(const std::string& text) {
  return !text.starts_with('-') &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; });
}

error missing(const std::string& what, const std::string& why) {
  return {errc::install_failed,
          why + " needs " + what + ", which is not in the node's PATH; install it"};
}

std::vector<std::string> settings_of(const server_spec& spec) {
  std::vector<std::string> out;
  for (const auto& [name, value] : install_settings_of(spec.env)) out.push_back(name + "=" + value);
  return out;
}

install_plan at_key(install_plan plan, const host_facts& host, const std::string& name,
                    std::vector<std::string> parts, const server_spec& spec) {
  for (auto& setting : settings_of(spec)) parts.push_back(std::move(setting));
  plan.key = install_key(name, parts);
  plan.dir = host.state_dir + "/installs/" + plan.key;
  return plan;
}

result<install_plan> plan_git(const server_spec& spec, const host_facts& host) {
  if (spec.git.empty() || !safe_word(spec.git))
    return error{errc::bad_config, "git: \"" + without_credentials(spec.git) + "\" is no URL"};
  if (!safe_word(spec.ref))
    return error{errc::bad_config, "ref: \"" + spec.ref + "\" is no branch, tag or commit"};
  if (!spec.subdir.empty() && normalise_relative(spec.subdir).empty() && spec.subdir != ".")
    return error{errc::bad_config,
                 "subdir: \"" + spec.subdir + "\" leaves the repository; give a path inside it"};
  install_plan plan;
  plan.kind = install_kind::git;
  plan.from = without_credentials(spec.git) + (spec.ref.empty() ? "" : " at " + spec.ref);
  return at_key(std::move(plan), host, readable_name(spec.git),
                {"git", spec.git, spec.ref, normalise_relative(spec.subdir), host.python_identity,
                 host.node_identity},
                spec);
}

install_step make_step(std::string name, std::vector<std::string> argv, environment variables,
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

bool completed(const install_facts& facts, const char* name) {
  return std::find(facts.completed.begin(), facts.completed.end(), name) != facts.completed.end();
}

using maybe_step = std::optional<install_step>;

result<maybe_step> next_python(const server_spec& spec, const host_facts& host,
                               const install_plan& plan, const install_facts& facts) {
  const auto cwd = project_dir(spec, plan);
  if (host.python.empty()) return missing("python3", "a Python server");
  if (!completed(facts, "venv"))
    return maybe_step(make_step("venv", {host.python, "-m", "venv", venv_dir(plan)},
                                install_environment(host.variables), cwd, spec));
  const auto how = detect_python_install(facts.project);
  if (how == python_install::nothing || completed(facts, "pip")) return maybe_step();
  std::vector<std::string> argv{venv_dir(plan) + "/bin/python", "-m",        "pip", "install",
                                "--disable-pip-version-check",  "--no-input"};
  if (how == python_install::editable) {
    argv.insert(argv.end(), {"-e", "."});
  } else {
    argv.insert(argv.end(), {"-r", "requirements.txt"});
  }
  auto variables = install_environment(host.variables);
  prepend_path(variables, venv_dir(plan) + "/bin");
  return maybe_step(make_step("pip", std::move(argv), std::move(variables), cwd, spec));
}

result<maybe_step> next_node(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  const auto& files = facts.project.files;
  if (files.count("package.json") == 0) return maybe_step();
  if (host.npm.empty() || host.node.empty()) return missing("node and npm", "a Node.js server");
  const auto cwd = project_dir(spec, plan);
  const auto variables = install_environment(host.variables);
  if (!completed(facts, "npm")) {
    const bool locked = files.count("package-lock.json") + files.count("npm-shrinkwrap.json") != 0;
    return maybe_step(make_step("npm",
                                {host.npm, locked ? "ci" : "install", "--no-audit", "--no-fund",
                                 "--loglevel=error", "--no-progress", "--no-update-notifier"},
                                variables, cwd, spec));
  }
  const auto package = read_package_json(facts.project.package_json);
  if (package.has_build && !completed(facts, "build") && !find_entry(facts.project))
    return maybe_step(
        make_step("build", {host.npm, "run", "build", "--loglevel=error", "--no-update-notifier"},
                  variables, cwd, spec));
  return maybe_step();
}

result<maybe_step> next_git(const server_spec& spec, const host_facts& host,
                            const install_plan& plan, const install_facts& facts) {
  if (!completed(facts, "clone")) {
    std::vector<std::string> argv{host.libexec_dir + "/toolscore-clone", "--url", spec.git, "--dir",
                                  checkout_dir(plan)};
    if (!spec.ref.empty()) argv.insert(argv.end(), {"--ref", spec.ref});
    if (!spec.subdir.empty()) argv.insert(argv.end(), {"--subdir", spec.subdir});
    auto step =
        make_step("clone", std::move(argv), clone_environment(host.variables), plan.dir, spec);
    step.timeout = clone_timeout;
    step.during = process_status::cloning;
    return maybe_step(std::move(step));
  }
  switch (detect_kind(facts.project)) {
  case project_kind::python:
    return next_python(spec, host, plan, facts);
  case project_kind::node:
    return next_node(spec, host, plan, facts);
  case project_kind::none:
    break;
  }
  return maybe_step();
}

result<maybe_step> next_npm(const server_spec& spec, const host_facts& host,
                            const install_plan& plan, const install_facts& facts) {
  if (completed(facts, "npm")) return maybe_step();
  const auto& npx = plan.npx;
  return maybe_step(
      make_step("npm",
                {host.npm, "install", "--prefix", plan.dir,
                 npx.package + (npx.version.empty() ? "" : "@" + npx.version), "--no-audit",
                 "--no-fund", "--loglevel=error", "--no-progress", "--no-update-notifier"},
                install_environment(host.variables), plan.dir, spec));
}

} // namespace

const char* to_string(install_kind x) noexcept {
  switch (x) {
  case install_kind::none:
    return "none";
  case install_kind::npm:
    return "npm";
  case install_kind::git:
    return "git";
  }
  return "unknown";
}

std::string checkout_dir(const install_plan& plan) {
  return plan.dir + "/checkout";
}
std::string venv_dir(const install_plan& plan) {
  return plan.dir + "/venv";
}
std::string package_dir(const install_plan& plan) {
  return plan.dir + "/node_modules/" + plan.npx.package;
}
std::string project_dir(const server_spec& spec, const install_plan& plan) {
  const auto inside = normalise_relative(spec.subdir);
  return checkout_dir(plan) + (inside.empty() ? "" : "/" + inside);
}
std::string servers_dir(const host_facts& host) {
  return host.state_dir + "/servers";
}
std::string server_dir(const server_id& id, const host_facts& host) {
  return servers_dir(host) + "/" + id.value;
}

result<install_plan> plan_install(const server_spec& spec, const host_facts& host) {
  if (spec.source == source_kind::git) return plan_git(spec, host);
  install_plan plan;
  plan.from = spec.command;
  if (spec.command.empty()) return error{errc::bad_config, "command: it is empty; name a program"};
  if (!plain_npx(spec)) return plan;
  auto request = parse_npx(spec.args);
  if (!request) return plan;
  if (host.npm.empty() || host.node.empty()) return missing("node and npm (Node.js)", "npx");
  plan.kind = install_kind::npm;
  plan.npx = std::move(*request);
  plan.from =
      "npm package " + plan.npx.package + (plan.npx.version.empty() ? "" : "@" + plan.npx.version);
  const auto name = readable_name(plan.npx.package);
  const std::vector<std::string> parts{"npm", plan.npx.package, plan.npx.version, plan.npx.bin,
                                       host.node_identity};
  return at_key(std::move(plan), host, name, parts, spec);
}

result<maybe_step> next_step(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  switch (plan.kind) {
  case install_kind::npm:
    return next_npm(spec, host, plan, facts);
  case install_kind::git:
    return next_git(spec, host, plan, facts);
  case install_kind::none:
    break;
  }
  return maybe_step();
}

bool is_launcher(const std::string& command) {
  const auto name = base_name(command);
  return std::any_of(launchers.begin(), launchers.end(), [&](const char* x) { return name == x; });
}

} // namespace toolscore
