#pragma once
#include "messages/error.hpp"
#include "node/cli.hpp"

#include <string>

namespace toolscore {

/// The body of POST /api/v1/servers for `toolscore add`: {"name", "config", "wait"}.
/// @error bad_config the name is not legal, or not exactly one source was given
result<std::string> add_definition(const cli_request& request);

} // namespace toolscore
