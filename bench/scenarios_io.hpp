#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// Where the programs are that scenarios start.
struct scenario_programs {
  std::vector<std::string> launcher; ///< What to start a node through, so that it ends with us.
  std::string node_program;
  std::string libexec_dir;
};

/// What each scenario of supervision does: runs, prints its table, writes its report.
struct scenario_outcome {
  bool ran = false; ///< One of them was chosen.
  int code = 0;     ///< As of the program.
};

/// Adds crash, start, kill-all, stop, stop-chain, idle, lifecycle, storm and records to the command
/// line. The chosen one runs while the line is parsed and leaves its exit code in `outcome`.
void add_scenarios(CLI::App& app, const scenario_programs& programs,
                   std::shared_ptr<scenario_outcome> outcome);

} // namespace toolscore
