#pragma once
#include "messages/install_choice.hpp"
#include "messages/server_spec.hpp"
#include "node/exit_code.hpp"

#include <string>

namespace toolscore {

/// The outline of one server's install and start, for people or as JSON. Looks at what is installed
/// and at the directory of a `path`, and starts nothing. Blocks.
/// @param engine  `node.engine`
/// @param choice  which install it starts from
command_output plan_of_server(const server_spec& spec, const std::string& state_dir,
                              const std::string& libexec_dir, const std::string& engine,
                              const install_choice& choice, bool json);

} // namespace toolscore
