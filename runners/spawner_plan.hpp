#pragma once
#include "messages/error.hpp"
#include "messages/launch_plan.hpp"
#include "runners/spawner/protocol.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// The plan as the spawner's init reads it.
/// @error spawn_failed  the plan cannot be run as it is: empty argv, a NUL inside a string, a
///                      relative cwd, a bad variable name, or over the size the kernel takes
result<std::string> to_wire(const launch_plan& plan);

/// Puts how it is isolated behind that. @error spawn_failed  it is over that size then
result<done> add_orders(std::string& wire, const std::vector<std::string>& orders);

/// One line for people about a start that failed at `at` with `number` (an errno).
std::string describe_failure(const launch_plan& plan, spawner::step at, int number);
/// The same for the isolation of one; `what` are words_for_order.
std::string describe_isolation_failure(const launch_plan& plan, const std::string& what,
                                       int number);
/// Why a tree is held less strongly than it might be; empty when it is not.
std::string describe_weakness(spawner::step at, int number);

} // namespace toolscore
