#pragma once
#include "messages/error.hpp"
#include "node/cli.hpp"
#include "node/http_message.hpp"

#include <string>

namespace toolscore {

/// The configuration file a command means: the one it names, else ./toolscore.json where that
/// exists, else none (empty).
std::string chosen_config_file(const cli_request& request);

/// Where the node that a command means keeps its state: --state-dir, else what the file says, else
/// the default. Blocks on the file.
/// @error bad_config, io_failed, too_large
result<std::string> chosen_state_dir(const cli_request& request);

/// Where that node is reached: --url, else the socket in its state directory.
/// @error bad_config the url or the file is wrong
result<http_address> chosen_address(const cli_request& request);

} // namespace toolscore
