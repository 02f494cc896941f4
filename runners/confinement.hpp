#pragma once
#include "messages/launch_plan.hpp"

#include <string>

namespace toolscore {

/// "pid+mount namespace, cgroup v1: memory, pids; not given: limits.files is 1024: ...": all that
/// really holds and limits a tree, as `ps`, REST and events show it. Pure. Programs may rely on it:
/// what holds it comes first (pid+mount namespace, user+pid+mount namespace, or keepers), then
/// each kind of cgroup with what it has in force, then "; isolation: state hidden, no network" and
/// the like, then what was asked for by a default alone and is missing.
/// @param cgroups    as cgroup_words tells them; may be empty
/// @param not_given  one line; may be empty
/// @param isolation  as plan_isolation tells it; may be empty
std::string confinement_text(confinement held, const std::string& cgroups,
                             const std::string& not_given, const std::string& isolation = {});

} // namespace toolscore
