#pragma once
#include "actors/server_actor.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

// A server whose instance outlives the node (`"on_node_exit": "keep"`).

/// Of what its instances are started from, without what the node's own environment adds; empty
/// where they end with the node.
std::string digest_if_kept(server_actor_pointer self);
/// Before its supervisor starts: an instance that a former node kept goes on under its own number,
/// and its adoption is no restart; one that is no more has had its number. @returns the number
/// before that of the first start
std::uint64_t number_before(server_actor_pointer self);
/// It will not be asked for: ends what a former node kept and nobody has adopted yet, unless it is
/// the node that ends. A stop is not done before that is.
void forsake_kept(server_actor_pointer self);

} // namespace toolscore
