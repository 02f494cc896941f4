#include "runners/process_plan.hpp"

#include "messages/http_place.hpp"
#include "messages/in_container.hpp"
#include "runners/built_image.hpp"
#include "runners/install_keys.hpp"
#include "runners/project_steps.hpp"

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

/// The launcher of the PATH we know. One with a path of its own, or a PATH of the server's own, is
/// another Node.js or Python: that one runs as the user wrote it.
bool plain(const server_spec& spec, const char* launcher) {
  return spec.command == launcher && spec.env.count("PATH") == 0;
}

bool safe_word(const std::string& text) {
  return !text.starts_with('-') &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; });
}

std::vector<std::string> settings_of(const server_spec& spec) {
  std::vector<std::string> out;
  for (const auto& [name, value] : install_settings_of(spec.env)) out.push_back(name + "=" + value);
  return out;
}

install_plan at_key(install_plan plan, const host_facts& host, const std::string& name,
                    std::vector<std::string> parts, const server_spec& spec) {
  for (auto& setting : settings_of(spec)) parts.push_back(std::move(setting));
  if (plan.revision != 0) { // Of one server's update, and shared by nobody.
    parts.insert(parts.end(), {"update", spec.id.value, std::to_string(plan.revision)});
    plan.from += ", update " + std::to_string(plan.revision) + " of " + spec.id.value;
  }
  plan.key = install_key(name, parts);
  plan.dir = host.state_dir + "/installs/" + plan.key;
  return plan;
}

/// A build of the definition's own is another install, and so is one of a Dockerfile, to which the
/// programs of this host are nothing.
std::vector<std::string> with_build(std::vector<std::string> parts, const server_spec& spec,
                                    const host_facts& host) {
  if (is_built(spec)) {
    parts.insert(parts.end(), {"image", dockerfile_of(spec)});
    return parts;
  }
  parts.insert(parts.end(), {host.python_identity, host.node_identity});
  for (const auto& argv : spec.build) {
    parts.push_back("build");
    parts.insert(parts.end(), argv.begin(), argv.end());
  }
  return parts;
}

result<install_plan> plan_git(const server_spec& spec, const host_facts& host,
                              std::uint32_t revision) {
  if (spec.git.empty() || !safe_word(spec.git))
    return error{errc::bad_config, "git: \"" + without_credentials(spec.git) + "\" is no URL"};
  if (!safe_word(spec.ref))
    return error{errc::bad_config, "ref: \"" + spec.ref + "\" is no branch, tag or commit"};
  if (!spec.subdir.empty() && normalise_relative(spec.subdir).empty() && spec.subdir != ".")
    return error{errc::bad_config,
                 "subdir: \"" + spec.subdir + "\" leaves the repository; give a path inside it"};
  install_plan plan;
  plan.kind = install_kind::project;
  plan.revision = revision;
  plan.from = without_credentials(spec.git) + (spec.ref.empty() ? "" : " at " + spec.ref);
  return at_key(
      std::move(plan), host, readable_name(spec.git),
      with_build({"git", spec.git, spec.ref, normalise_relative(spec.subdir)}, spec, host), spec);
}

/// Files of a directory or an archive, taken by toolscore-fetch.
result<install_plan> plan_files(const server_spec& spec, const host_facts& host,
                                std::uint32_t revision) {
  if (spec.from.empty() || !safe_word(spec.from))
    return error{errc::bad_config, std::string(to_string(spec.source)) + ": \"" +
                                       without_credentials(spec.from) + "\" is no source"};
  install_plan plan;
  plan.kind = install_kind::project;
  plan.revision = revision;
  plan.from = without_credentials(spec.from);
  return at_key(
      std::move(plan), host, readable_name(spec.from),
      with_build({to_string(spec.source), spec.from, spec.sha256, normalise_relative(spec.subdir)},
                 spec, host),
      spec);
}

result<install_plan> plan_npm(const server_spec& spec, const host_facts& host, npx_request npx,
                              std::uint32_t revision) {
  if (host.npm.empty() || host.node.empty()) return missing_tool("node and npm (Node.js)", "npx");
  install_plan plan;
  plan.kind = install_kind::npm;
  plan.revision = revision;
  plan.npx = std::move(npx);
  plan.from =
      "npm package " + plan.npx.package + (plan.npx.version.empty() ? "" : "@" + plan.npx.version);
  const auto name = readable_name(plan.npx.package);
  const std::vector<std::string> parts{"npm", plan.npx.package, plan.npx.version, plan.npx.bin,
                                       host.node_identity};
  return at_key(std::move(plan), host, name, parts, spec);
}

result<install_plan> plan_pypi(const server_spec& spec, const host_facts& host, pypi_request pypi,
                               std::uint32_t revision) {
  if (host.python.empty()) return missing_tool("python3", "a Python package");
  install_plan plan;
  plan.kind = install_kind::pypi;
  plan.revision = revision;
  plan.pypi = std::move(pypi);
  plan.from = "Python package " + plan.pypi.requirement();
  std::vector<std::string> parts{"pypi", normalised_name(plan.pypi.name), plan.pypi.extras,
                                 plan.pypi.version, host.python_identity};
  parts.insert(parts.end(), plan.pypi.with.begin(), plan.pypi.with.end());
  const auto name = plan.pypi.name;
  return at_key(std::move(plan), host, name, std::move(parts), spec);
}

/// A plain command, which may be a launcher of a package that is better installed once.
result<install_plan> plan_command(const server_spec& spec, const host_facts& host,
                                  std::uint32_t revision) {
  install_plan plan;
  plan.from = spec.command;
  if (spec.command.empty()) return error{errc::bad_config, "command: it is empty; name a program"};
  if (plain(spec, "npx"))
    if (auto request = parse_npx(spec.args))
      return plan_npm(spec, host, std::move(*request), revision);
  if (plain(spec, "uvx") && !host.python.empty())
    if (auto request = parse_uvx(spec.args))
      return plan_pypi(spec, host, std::move(*request), revision);
  return plan;
}

result<maybe_step> fetch_step(const server_spec& spec, const host_facts& host,
                              const install_plan& plan) {
  const bool git = spec.source == source_kind::git;
  std::vector<std::string> argv{host.libexec_dir + (git ? "/toolscore-clone" : "/toolscore-fetch"),
                                git                                ? "--url"
                                : spec.source == source_kind::path ? "--copy"
                                                                   : "--archive",
                                git ? spec.git : spec.from, "--dir", checkout_dir(plan)};
  if (spec.source == source_kind::bundle) argv.emplace_back("--no-strip");
  if (!spec.ref.empty()) argv.insert(argv.end(), {"--ref", spec.ref});
  if (!spec.subdir.empty()) argv.insert(argv.end(), {"--subdir", spec.subdir});
  if (!spec.sha256.empty()) argv.insert(argv.end(), {"--sha256", spec.sha256});
  auto step = make_step(fetch_name(spec), std::move(argv), clone_environment(host.variables),
                        plan.dir, spec);
  step.timeout = clone_timeout;
  step.during = process_status::cloning;
  return maybe_step(std::move(step));
}

result<maybe_step> next_npm(const server_spec& spec, const host_facts& host,
                            const install_plan& plan, const install_facts& facts) {
  if (completed(facts, "npm")) return maybe_step();
  const auto& npx = plan.npx;
  std::vector<std::string> argv{host.npm,
                                "install",
                                "--prefix",
                                plan.dir,
                                npx.package + (npx.version.empty() ? "" : "@" + npx.version),
                                "--no-audit",
                                "--no-fund",
                                "--loglevel=error",
                                "--no-progress",
                                "--no-update-notifier"};
  // For minutes npm believes what it heard last, and an update is about what is newer.
  if (plan.revision != 0) argv.emplace_back("--prefer-online");
  return maybe_step(
      make_step("npm", std::move(argv), install_environment(host.variables), plan.dir, spec));
}

result<maybe_step> next_pypi(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  if (!completed(facts, "venv")) {
    auto step = venv_step(spec, host, plan, plan.dir);
    if (!step) return step.failure();
    return maybe_step(std::move(*step));
  }
  if (completed(facts, "pip")) return maybe_step();
  std::vector<std::string> what{plan.pypi.requirement()};
  what.insert(what.end(), plan.pypi.with.begin(), plan.pypi.with.end());
  return maybe_step(pip_step(spec, host, plan, plan.dir, what));
}

} // namespace

const char* to_string(install_kind x) noexcept {
  switch (x) {
  case install_kind::none:
    return "none";
  case install_kind::npm:
    return "npm";
  case install_kind::pypi:
    return "pypi";
  case install_kind::project:
    return "project";
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

std::string fetch_name(const server_spec& spec) {
  return spec.source == source_kind::git ? "clone" : "fetch";
}

result<install_plan> plan_install(const server_spec& spec, const host_facts& host,
                                  std::uint32_t revision) {
  switch (spec.source) {
  case source_kind::command:
    return plan_command(spec, host, revision);
  case source_kind::git:
    return plan_git(spec, host, revision);
  case source_kind::path:
  case source_kind::archive:
  case source_kind::bundle:
    return plan_files(spec, host, revision);
  case source_kind::npm:
    if (const auto name = parse_package_name(spec.package))
      return plan_npm(spec, host, {name->name, name->version, {}, spec.args}, revision);
    return error{errc::bad_config,
                 "npm: \"" + spec.package + "\" is no package; write NAME or NAME@VERSION"};
  case source_kind::image:
    return error{errc::bad_config, "image: the process runner knows no images; set \"runner\" to "
                                   "\"container\""};
  case source_kind::remote: {
    if (!spec.endpoint) return error{errc::bad_config, "url: it is missing"};
    install_plan plan;
    plan.from = shown_place(spec.endpoint->place);
    return plan;
  }
  case source_kind::pypi:
    break;
  }
  auto request = parse_requirement(spec.package);
  if (!request)
    return error{errc::bad_config,
                 "pypi: \"" + spec.package + "\" is no package; write NAME or NAME==VERSION"};
  request->args = spec.args;
  return plan_pypi(spec, host, std::move(*request), revision);
}

result<maybe_step> next_step(const server_spec& spec, const host_facts& host,
                             const install_plan& plan, const install_facts& facts) {
  switch (plan.kind) {
  case install_kind::npm:
    return next_npm(spec, host, plan, facts);
  case install_kind::pypi:
    return next_pypi(spec, host, plan, facts);
  case install_kind::project:
    if (!completed(facts, fetch_name(spec))) return fetch_step(spec, host, plan);
    if (spec.source == source_kind::bundle) return maybe_step(); // It brings what it needs.
    if (is_built(spec)) return image_step(spec, host, plan, facts);
    return next_project_step(spec, host, plan, facts);
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
