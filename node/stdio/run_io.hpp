#pragma once
#include "node/cli.hpp"
#include "node/http_message.hpp"

namespace toolscore {

/// `toolscore stdio`: an MCP server on stdin and stdout that is the node's, until stdin ends or the
/// node is gone. stdout carries MCP alone.
exit_code run_stdio(const cli_request& request, const http_address& node);

} // namespace toolscore
