#pragma once
#include <string>

namespace toolscore {

/// What the program ends with. Scripts depend on the numbers.
enum class exit_code : int {
  ok = 0,
  failed = 1,             ///< The operation failed: the server, the call or the tool.
  usage = 2,              ///< The command line, the configuration or the token is wrong.
  no_node = 3,            ///< No node answers.
  unknown_server = 4,     ///< The node has no server of that name.
  significant_done = 5,   ///< `up` ended because significant servers have completed.
  significant_failed = 6, ///< The same, and one of them failed.
};

/// What a command prints and ends with.
struct command_output {
  std::string out; ///< For stdout; whole lines.
  std::string err; ///< For stderr; whole lines.
  exit_code code = exit_code::ok;
};

} // namespace toolscore
