#pragma once
#include "node/cli.hpp"
#include "node/exit_code.hpp"

namespace toolscore {

/// `toolscore doctor`: what this host can do to hold, limit and isolate servers, and for which of
/// the configuration strict isolation would do. Asks a spawner of its own, starts no server, and
/// needs no node. Blocks, for some seconds at most.
command_output doctor_command(const cli_request& request);

} // namespace toolscore
