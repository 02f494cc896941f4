#pragma once
#include "runners/spawner/namespaces.hpp"
#include "runners/spawner/protocol.hpp"

#include <cstdint>

namespace toolscore::spawner {

/// The order at which it failed, from 0.
using order_number = std::uint32_t;

/// Its places and its network. With the capabilities of the namespaces it was born in.
/// @param orders  of a plan; ends with a null
failure isolate_places(char** orders, order_number& at);

/// What it may do there. Nothing can be taken back; only the exec is left to be done.
failure isolate_rights(char** orders, order_number& at);

/// What the host gives of these. @param held  the namespaces in which a network is tried
abilities probe_abilities(hold held);

} // namespace toolscore::spawner
