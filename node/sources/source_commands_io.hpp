#pragma once
#include "node/cli.hpp"
#include "node/commands.hpp"
#include "node/exit_code.hpp"

namespace toolscore {

/// `toolscore search TEXT`. Blocks.
command_output search_command(const cli_request& request, std::size_t width);

/// Whether `add` is to look its server up in a registry: --registry-name, or a name with a '/'.
bool asks_registry(const cli_request& request);

/// The same request with the definition that the registry's document makes, as if it had been
/// written with --config. Blocks.
/// @param told  what was found, one line for people
result<cli_request> resolved_by_registry(cli_request request, std::string& told);

/// `toolscore import`: shows what it would add, asks, and adds. Blocks on files and on the
/// terminal.
command_output import_command(const cli_request& request, const command_context& context);

} // namespace toolscore
