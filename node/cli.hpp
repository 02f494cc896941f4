#pragma once
#include "node/exit_code.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

enum class command_kind : std::uint8_t {
  up,
  run,
  ps,
  logs,
  call,
  tools,
  add,
  remove,
  start,
  stop,
  restart,
  trajectories,
  events,
  check,
  plan,
  cache,
  why,
  stdio,
  doctor,
  version,
  import,
  search,
  tools_diff,
  tools_approve,
  records,
  replay,
  login,
  logout,
  update,
};

inline constexpr std::uint32_t log_lines_max = 10'000; ///< What a node answers with at most.
inline constexpr std::size_t arguments_bytes_max = 16u << 20;

/// One command line, read. Fields that a command has no use for keep their defaults.
struct cli_request {
  command_kind command = command_kind::version;
  // Where the node is.
  std::string config_file;
  std::string state_dir;
  std::string url;
  std::string token;
  std::string authorities; ///< --ca.
  bool json = false;
  // What is asked of it.
  std::string server;
  std::string group; ///< stdio.
  std::string tool;
  std::string arguments = "{}"; ///< call: a JSON object, or "-" for stdin.
  std::string definition;       ///< add: --config.
  std::string git;
  /// Other sources as they were given: the configuration's key and its value.
  std::vector<std::pair<std::string, std::string>> sources;
  std::string ref;
  std::string subdir;
  std::vector<std::string> rest; ///< What stood behind "--".
  bool wait = true;
  bool follow = false;
  std::uint32_t lines = 100;
  std::string trajectory;
  std::string outcome;
  std::optional<std::int64_t> since_us; ///< Microseconds since 1970.
  std::optional<std::int64_t> before_us;
  std::string against;   ///< trajectories replay: --against.
  bool imported = false; ///< trajectories stats, export.
  std::int64_t after = 0;
  std::uint32_t limit = 100;
  std::chrono::seconds timeout{630};
  std::string file;     ///< check; trajectories verify, replay, import.
  std::string action;   ///< cache: "ls" or "gc"; trajectories: a subcommand.
  bool dry_run = false; ///< cache gc.
  std::string listen;
  bool embed = false; ///< stdio.
  bool quiet = false;
  // Where definitions come from.
  std::string from_host;              ///< import: --from.
  bool yes = false;                   ///< import: nobody is asked.
  bool unpinned = false;              ///< import: of what cannot be resolved, too.
  bool rollback = false;              ///< update: to the install before.
  std::string text;                   ///< search.
  std::string registry;               ///< A URL, or a directory.
  std::string registry_name;          ///< add.
  std::vector<std::string> variables; ///< add: "NAME=VALUE" or "NAME".
};

/// A request, or what to print and end with.
struct cli_reading {
  std::optional<cli_request> request;
  command_output answer;
};

/// Reads a command line; `arguments` are without the program's name.
cli_reading read_command_line(std::vector<std::string> arguments);

} // namespace toolscore
