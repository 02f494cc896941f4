#pragma once
#include "node/cli.hpp"
#include "node/exit_code.hpp"

namespace toolscore {

/// `toolscore plan`: what would run for a server of the configuration file, or of a source that is
/// given. Reads files, starts nothing, and needs no node. Blocks.
command_output plan_command(const cli_request& request);

} // namespace toolscore
