#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// What the shell read from a checkout. A file that is absent is an empty text and is not in
/// `files`.
struct project_facts {
  std::string pyproject;
  std::string setup_py;
  std::string setup_cfg;
  std::string package_json;
  std::string cargo_toml;
  std::string manifest_json;          ///< Of a bundle.
  std::set<std::string> files;        ///< Those of `candidate_files` that exist, relative paths.
  std::set<std::string> venv_scripts; ///< Names in the virtual environment's bin directory.
};

enum class project_kind : std::uint8_t { none, python, node, rust, go };
const char* to_string(project_kind x) noexcept;

/// One thing in a project that speaks for a kind of it.
struct evidence {
  project_kind kind = project_kind::none;
  int weight = 0;
  std::string what; ///< "package.json", "2 console scripts".
};

/// How pip installs a Python project.
enum class python_install : std::uint8_t { nothing, editable, requirements };

/// What starts a server.
enum class entry_kind : std::uint8_t { console_script, python_file, node_file, program };
struct entry_point {
  entry_kind kind = entry_kind::console_script;
  std::string name; ///< The script's name, or a path relative to the project.
  bool operator==(const entry_point&) const = default;
};

/// Console scripts as `pyproject.toml` declares them, in the order of the file.
struct python_project {
  bool packaged = false; ///< It has [project], [build-system] or [tool.poetry].
  std::string name;
  std::vector<std::pair<std::string, std::string>> scripts; ///< Name and target.
};

/// Reads only what the detection needs; what it does not understand it skips.
python_project read_pyproject(std::string_view text);

/// Names of the `console_scripts` of a setup.py or setup.cfg, found as text: nothing is run.
std::vector<std::string> read_console_scripts(std::string_view text);

/// The part of a package.json that decides how a package is started.
struct node_package {
  bool valid = false;
  std::string name;
  std::string version;
  std::string main;
  bool has_build = false;
  std::vector<std::pair<std::string, std::string>> bins; ///< Name and normalised relative path.
};
node_package read_package_json(std::string_view text);

/// The bin named `wanted`; if `wanted` is empty, the one with the package's own unscoped name, else
/// the only one.
/// @error install_failed  there is none, or several of which none has the package's name
result<std::pair<std::string, std::string>> pick_bin(const node_package& package,
                                                     std::string_view wanted);

/// Every relative path whose existence the detection asks about.
std::vector<std::string> candidate_files(const project_facts& facts);

/// All that speaks for any kind, in the order of project_kind.
std::vector<evidence> find_evidence(const project_facts& facts);
/// The kind with the most weight; of equals the first.
project_kind detect_kind(const project_facts& facts);
/// Where `cargo build --release` puts the project's program, relative to it; empty: there is none.
std::string rust_program(std::string_view cargo_toml);
inline constexpr const char* go_program = ".toolscore/server"; ///< Where we let go put it.
python_install detect_python_install(const project_facts& facts);

/// @error install_failed  nothing that could be started; the detail lists what was looked for
result<entry_point> find_entry(const project_facts& facts);

/// The name like the project's own, else the first that says "mcp", else "server", else the only
/// one; empty where several are left.
std::string pick_script(const std::vector<std::string>& names, std::string_view project);

/// "a, b, c".
std::string words_joined(const std::vector<std::string>& words);

/// "a/../b/./c" becomes "b/c"; empty for an absolute path and for one that leaves its root.
std::string normalise_relative(std::string_view path);

} // namespace toolscore
