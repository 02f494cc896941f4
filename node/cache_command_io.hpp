#pragma once
#include "node/cli.hpp"

namespace toolscore {

/// `toolscore cache ls` and `toolscore cache gc`, on the state directory itself. gc takes it as a
/// node does, so that it never removes what one is about to start from; it removes nothing either
/// where a definition cannot be read, for what that needs is not known.
command_output cache_command(const cli_request& request);

} // namespace toolscore
