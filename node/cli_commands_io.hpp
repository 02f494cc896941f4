#pragma once
#include "node/cli.hpp"

namespace CLI {
class App;
}

namespace toolscore {

/// Adds every subcommand; parsing fills `out`, which must outlive `app`. `exit_codes` ends the help
/// of each.
void add_commands(CLI::App& app, cli_request& out, const char* exit_codes);

} // namespace toolscore
