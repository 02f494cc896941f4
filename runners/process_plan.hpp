#pragma once
#include "messages/launch_plan.hpp"
#include "messages/server_state.hpp"
#include "runners/detect.hpp"
#include "runners/install_environment.hpp"
#include "runners/npx_plan.hpp"
#include "runners/pypi_plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// What the plans need to know of the host. Paths are absolute; an empty one was not found.
struct host_facts {
  std::string state_dir;
  std::string libexec_dir;
  std::string node;
  std::string npm;
  std::string python;
  std::string cargo;
  std::string go;
  std::string uv;
  std::string pnpm;
  std::string yarn;
  std::string
      node_identity; ///< Changes when another node is installed; part of an install's address.
  std::string python_identity;      ///< The same for python3.
  std::vector<std::string> engines; ///< Sockets of container engines, in the order of their trial.
  std::string no_engine;            ///< Why there are none.
  std::string image_owner;          ///< Whose the images are that are built here; see cgroup_id_of.
  variable_map variables;           ///< The node program's own environment.
};

enum class install_kind : std::uint8_t {
  none,
  npm,  ///< A package of npm's registry.
  pypi, ///< A package of a Python index, in a virtual environment of its own.
  /// Files that are fetched (git, a directory, an archive) and built where that is needed.
  project,
};
const char* to_string(install_kind x) noexcept;

/// Where a server is installed and from what. Two servers with one key share one install.
struct install_plan {
  install_kind kind = install_kind::none;
  std::string key;            ///< Content address and name of the directory; empty for none.
  std::string dir;            ///< <state_dir>/installs/<key>; empty for none.
  std::string from;           ///< One line for people, without credentials.
  std::uint32_t revision = 0; ///< Of install_choice.
  npx_request npx;            ///< kind npm.
  pypi_request pypi;          ///< kind pypi.
};

/// One child process of an install.
struct install_step {
  std::string name; ///< clone, fetch, venv, pip, npm, build ...
  launch_plan launch;
  milliseconds timeout{0};
  process_status during = process_status::building;
};

/// What the shell found in an install's directory, after each step.
struct install_facts {
  std::vector<std::string> completed; ///< Names of the steps done, in order.
  std::string version;                ///< The commit, the package's version, the file's digest.
  project_facts project;              ///< project: of the checkout (or its subdir).
  std::string package_json;           ///< npm: of the installed package; empty = absent.
  std::string bin_first_line;         ///< npm: of the file that `npm_bin` names.
  std::vector<std::string> scripts;   ///< pypi: the package's own programs that are there.
};

/// @param revision  of install_choice: 0 is shared by all who need the same, others by nobody
/// @error install_failed  a tool that the source needs was not found on this host
/// @error bad_config      the source's text cannot be right
result<install_plan> plan_install(const server_spec& spec, const host_facts& host,
                                  std::uint32_t revision = 0);

/// The step to run now, if any is left; asked again after each one.
/// @error install_failed  a tool that the project needs was not found
result<std::optional<install_step>> next_step(const server_spec& spec, const host_facts& host,
                                              const install_plan& plan, const install_facts& facts);

/// How to start the server once nothing is left to install. Arguments, environment and directory
/// are the server's own: two servers on one install differ in them.
/// @error install_failed  nothing to start was found; the detail lists what was looked for
result<launch_plan> plan_launch(const server_spec& spec, const host_facts& host,
                                const install_plan& plan, const install_facts& facts);

/// Does this program fetch what it runs (npx, uvx ...)? It then gets the settings of installers.
bool is_launcher(const std::string& command);

/// The directories of an install and of a server.
std::string fetch_name(const server_spec& spec); ///< Of the step that brings a project's files.
std::string checkout_dir(const install_plan& plan);
std::string project_dir(const server_spec& spec, const install_plan& plan);
std::string venv_dir(const install_plan& plan);
std::string package_dir(const install_plan& plan);
std::string servers_dir(const host_facts& host);
std::string server_dir(const server_id& id, const host_facts& host);

/// The console script that starts a Python package.
result<std::string> pypi_script(const install_plan& plan, const install_facts& facts);

/// The path of the file that the npm package's bin names, relative to its directory.
result<std::string> npm_bin(const install_plan& plan, const install_facts& facts);

inline constexpr milliseconds clone_timeout{300'000};
inline constexpr milliseconds build_timeout{600'000};

} // namespace toolscore
