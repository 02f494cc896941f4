#pragma once
#include "node/commands.hpp"

namespace toolscore {

/// `toolscore call`: a session of its own with one server: initialize, the call, the end.
command_output call_command(const cli_request& request, const command_context& context);

} // namespace toolscore
