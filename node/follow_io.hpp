#pragma once
#include "node/cli.hpp"
#include "node/http_message.hpp"

#include <cstddef>

namespace toolscore {

/// `logs -f` and `events -f`: prints what comes until the node is gone or the program is
/// interrupted. @param width of the terminal; 0 = stdout is none
command_output follow(const cli_request& request, const http_address& node, std::size_t width);

} // namespace toolscore
