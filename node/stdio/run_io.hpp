#pragma once
#include "node/cli.hpp"
#include "node/http_message.hpp"

#include <string>

namespace toolscore {

/// `toolscore stdio`: an MCP server on stdin and stdout that is the node's, until stdin ends or the
/// node is gone. stdout carries MCP alone.
exit_code run_stdio(const cli_request& request, const http_address& node);
/// `toolscore stdio --embed`: the same in front of a node that it carries inside and that ends with
/// it. Nothing but its stdio and its node's unix socket leads there, unless --listen says so.
exit_code run_embedded_stdio(const cli_request& request);

/// The path at a node that the command is about: /mcp, /mcp/@{group} or /mcp/{server}.
std::string stdio_target(const cli_request& request);

} // namespace toolscore
