#pragma once
#include "actors/definition.hpp"
#include "runners/kept_trees_io.hpp"
#include "runners/node_cgroups_io.hpp"
#include "store/instances_io.hpp"

#include <memory>
#include <string>

namespace toolscore {

/// Completes the row of an instance that has begun, so that a later node knows its init again. A
/// pid that is not a child of ours any more may be anybody's and gets no mark. Reads /proc: not for
/// the loop's thread.
void mark_child(stored_instance& row);

/// The cgroups of this node's trees; where they are is noted below the state directory.
std::shared_ptr<node_cgroups> cgroups_of(const std::string& state_dir);

/// Where a node notes what is to outlive it.
std::string kept_directory(const std::string& state_dir);
/// The same of containers, which their engine holds.
std::string kept_containers_directory(const std::string& state_dir);

/// What a former node kept and the present one may adopt. What has ended meanwhile is told and
/// forgotten, its last log lines kept; the rest of `found` is left for reap_former_node.
/// @param in_containers  what is noted there ran in containers: a server that is to be a process
///                       now goes on in none, and the other way round
kept_survivors look_for_kept(const kept_trees& trees, const std::vector<initial_server>& servers,
                             const std::string& state_dir, bool in_containers);

/// Kills what still lives in the cgroups that a former node has noted, and removes them; to be done
/// before anything is started. Blocks for a few seconds at most, and only if something does not
/// die. What may be adopted is spared.
void reap_former_trees(const std::string& state_dir, const std::vector<kept_offer>& spared);

/// Where a node notes its living trees.
std::string tree_notes_path(const std::string& run_directory);

/// Kills what a former node has left alive, by its rows and its notes, before anything is started;
/// then forgets them. Whatever is not certainly the noted process is left alone. Blocks for a few
/// seconds at most, and only if something does not die. What was kept is spared where it may be
/// adopted, else it is among the killed.
/// @param containers  kept, too: their rows stay
/// @error store_failed  the rows cannot be read or removed
result<done> reap_former_node(instances& live, const std::string& run_directory,
                              const kept_trees& trees, const kept_survivors& kept,
                              const std::vector<kept_offer>& containers);

} // namespace toolscore
