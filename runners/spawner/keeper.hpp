#pragma once
#include "runners/spawner/init.hpp"

namespace toolscore::spawner {

/// Where no namespace holds a tree, its init must live to sweep it, and may be killed itself. So
/// there are two: the keeper, which the node knows as the init, and the init proper, its child.
/// Both are subreapers and both see the node's end; whichever is killed, the other sweeps.
/// @returns in the init proper only
void split_off_keeper(const init_start& start);

} // namespace toolscore::spawner
