#pragma once
#include "messages/server_spec.hpp"
#include "tests/virtual_node.hpp"

#include <string>
#include <vector>

namespace toolscore::test {

/// The brakes told a second time, from what can be seen outside: when processes were asked for,
/// ready and gone. It is never stricter than the contract: an order in between, which may excuse a
/// start, excuses all.
/// @param lives of one server since it was added, in the order of their starts
/// @param orders the moments of all orders to it
/// @param sleeps when all of it fell asleep: what was parked is tried once at the wake
/// @returns which rule a restart broke; empty if none did
std::string budget_broken(const server_policy& policy, const std::vector<life_ptr>& lives,
                          const std::vector<actor_fixture::moment>& orders,
                          const std::vector<actor_fixture::moment>& sleeps);

} // namespace toolscore::test
