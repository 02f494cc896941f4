#pragma once
#include "messages/error.hpp"
#include "messages/launch_plan.hpp"
#include "runners/spawner/protocol.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// What a host gives, as its spawner has found by trying.
struct isolation_facts {
  spawner::hold held = spawner::hold::sweep; ///< Of the tree in question.
  spawner::abilities able;
};

/// How one tree is isolated.
struct isolation_plan {
  std::vector<std::string> orders; ///< As spawner/isolation_orders.hpp has them, in this order.
  std::string in_force;            ///< "state hidden, no network"; empty = nothing.
  std::string not_given;           ///< What only a default asked in vain, and why; may be empty.
};

/// The level in force: what was asked, else the one that this build has for everybody.
isolation_level level_of(const isolation_policy& asked) noexcept;
/// Whether it has a /tmp of its own.
bool has_own_tmp(const isolation_policy& asked) noexcept;
network_access network_of(const isolation_policy& asked) noexcept;

/// Whether anything at all is asked, and the host's abilities are to be waited for.
bool wants_isolation(const launch_isolation& asked) noexcept;

/// What is to be done before the server's first instruction. Pure.
/// @error spawn_failed  what was asked by the definition or by `defaults`, and is not to be had
result<isolation_plan> plan_isolation(const launch_plan& plan, const isolation_facts& facts);

/// An order as an error names it: "hiding /state", "reading /data".
std::string words_for_order(const std::string& order);

/// What strict isolation would take from a server that needs it, one line each: a port, a launcher
/// that downloads, a program or an argument outside of what it would see. A guess by its plan.
std::vector<std::string> strict_gaps(const launch_plan& plan, bool has_port, bool downloads);

} // namespace toolscore
