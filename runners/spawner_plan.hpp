#pragma once
#include "messages/error.hpp"
#include "messages/launch_plan.hpp"
#include "runners/spawner/protocol.hpp"

#include <string>

namespace toolscore {

/// The plan as the spawner's init reads it.
/// @error spawn_failed  the plan cannot be run as it is: empty argv, a NUL inside a string, a
///                      relative cwd, a bad variable name, or over the size the kernel takes
result<std::string> to_wire(const launch_plan& plan);

/// One line for people about a start that failed at `at` with `number` (an errno).
std::string describe_failure(const launch_plan& plan, spawner::step at, int number);
/// Why a tree is held less strongly than it might be; empty when it is not.
std::string describe_weakness(spawner::step at, int number);

} // namespace toolscore
