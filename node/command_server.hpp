#pragma once
#include "config/environment.hpp"
#include "config/node_config.hpp"
#include "messages/error.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// The name for a server that was given as a command alone: its program's, or where that is a
/// launcher such as npx, the name of what it launches. Always legal.
std::string name_of_command(const std::vector<std::string>& command);

/// The configuration with one more server, from `toolscore run -- CMD...`. The command is taken
/// word by word: nothing in it is expanded. @error bad_config the command is empty
result<node_config> add_command_server(node_config config, const std::vector<std::string>& command,
                                       const environment& env);

} // namespace toolscore
