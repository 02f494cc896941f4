#pragma once
#include "node/doctor_text.hpp"

#include <string>

namespace toolscore {

/// Which container engine a node would use, asked for its version at each place in turn. Blocks for
/// as long as that takes, some seconds at most.
/// @param chosen  `node.engine`
doctor_report::fact engine_here(const std::string& chosen);

} // namespace toolscore
