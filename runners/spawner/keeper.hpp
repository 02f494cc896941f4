#pragma once
#include "runners/spawner/init.hpp"

namespace toolscore::spawner {

/// Where no namespace holds a tree, its init must live to sweep it, and may be killed itself. So
/// there are three: the keeper, which the node knows as the init, its child the ward, and below it
/// the init proper. All are subreapers and all see the node's end; whichever are killed, even two
/// of them at the same moment, the one that is left sweeps.
/// @returns in the init proper only
void split_off_keepers(const init_start& start);

} // namespace toolscore::spawner
