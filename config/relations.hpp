#pragma once
#include "messages/relations.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace toolscore {

/// Who depends on whom, and who restarts together: everything the coordinator and the node's stop
/// decide by. Every server has an entry in `needs`, those that need nothing too.
struct relations {
  std::map<std::string, dependency_map> needs;
  std::vector<group_spec> groups;
  std::set<std::string> permanent; ///< Servers that never complete.
};

/// What is wrong with relations, and where: `path` is "NAME.depends_on.OTHER".
struct relation_fault {
  std::string server; ///< Whose definition is to be mended.
  std::string path;   ///< Inside that definition: "depends_on.db".
  std::string what;
};

/// @returns the first dependency on an unknown server, on an end that never comes, or on itself,
/// directly or through others
std::optional<relation_fault> fault_of(const relations& all);

/// The same for one that is added to others, whose own faults (a file edited since has taken away
/// what they need) are told by them and not by the new one.
std::optional<relation_fault> fault_of_added(relations all, const std::string& server);

/// Servers by level: each needs servers of former levels alone, so that a level starts in parallel.
/// Without a fault every server is in exactly one.
std::vector<std::vector<std::string>> start_levels(const relations& all);

/// All that depend on `server`, directly or through others; without itself.
std::set<std::string> dependents_of(const relations& all, const std::string& server);

/// Which other servers a restart of one concerns.
struct group_restart {
  std::vector<std::string> stop;  ///< Dependents first; independent ones may end in parallel.
  std::vector<std::string> start; ///< With the one that restarts, what is needed first.
};

/// The plan of all groups that `server` is in. one_for_all concerns every member, rest_for_one
/// those that depend on it; where no member of the group depends on another, those that were
/// written after it.
group_restart plan_group_restart(const relations& all, const std::string& server);

/// Stops a set of servers, each after all that depend on it: it says who is to stop now.
/// In O(servers + dependencies) over its life.
class stop_sequence {
public:
  stop_sequence(const relations& all, const std::set<std::string>& running);
  /// Those on which nothing that runs depends; once.
  std::vector<std::string> begin();
  /// `server` is gone. @returns who can stop now that it is
  std::vector<std::string> stopped(const std::string& server);
  bool done() const noexcept { return left_.empty(); }
  const std::set<std::string>& left() const noexcept { return left_; }

private:
  std::map<std::string, std::vector<std::string>> needs_; ///< Nearest running ones alone.
  std::map<std::string, std::size_t> dependents_;         ///< How many of them still run.
  std::set<std::string> left_;
};

} // namespace toolscore
