#pragma once
#include "actors/definition.hpp"
#include "config/environment.hpp"
#include "config/node_config.hpp"
#include "store/specs_io.hpp"

#include <vector>

namespace toolscore {

/// The servers a node starts with: those of its file, and those that were added while it ran. A
/// server that a user has stopped stays stopped; one that has left the file is forgotten. Brings
/// the store in line before anything is started.
/// @error store_failed  the definitions cannot be read or written
result<std::vector<initial_server>> initial_servers(const node_config& config,
                                                    const environment& variables,
                                                    specs& definitions);


} // namespace toolscore
