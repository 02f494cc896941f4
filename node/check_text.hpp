#pragma once
#include "config/environment.hpp"
#include "messages/error.hpp"
#include "node/exit_code.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// What `toolscore check` says about a configuration: every server's first error, or that all is
/// well and which keys of other hosts have no effect here. Failed where a node would refuse it.
command_output check_config(std::string_view text, std::string_view file_name,
                            const environment& env, bool json);

/// Where the node of a configuration file keeps its state. Reads `node.state_dir` alone, so that a
/// mistake elsewhere in the file does not part a person from a running node.
/// @error bad_config the file is no JSON, or that key is wrong
result<std::string> state_dir_of(std::string_view text, std::string_view file_name,
                                 const environment& env);

} // namespace toolscore
