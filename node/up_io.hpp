#pragma once
#include <string>
#include <vector>

namespace toolscore {

struct up_options {
  std::string config_file;              ///< Empty: ./toolscore.json where it exists, else defaults.
  std::string state_dir;                ///< Overrides the file's.
  std::string listen;                   ///< "ADDRESS:PORT"; overrides the file's.
  bool quiet = false;                   ///< Only warnings and errors are logged.
  std::vector<std::string> run_command; ///< `run -- CMD...`: a node with this one server, no file.
};

/// Where toolscore-spawner, toolscore-clone and toolscore-fetch are: beside this program, unless the
/// packager or an embedder says otherwise.
std::string libexec_dir();

/// Runs a node until SIGTERM or SIGINT. @returns its exit code: 0 when everything stopped in order
int run_up(const up_options& options);

} // namespace toolscore
