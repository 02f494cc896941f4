#pragma once
#include "node/cli.hpp"
#include "node/http_message.hpp"

namespace toolscore {

/// `toolscore login NAME`: prints the page on which a person logs in to a remote server, and waits
/// until that has come true or failed. The node does all of it; no token comes here.
command_output login_command(const cli_request& request, const http_address& node);

} // namespace toolscore
