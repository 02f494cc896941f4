#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "runners/cgroup_plan.hpp"
#include "runners/descriptor_io.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace toolscore {

/// The cgroup of one tree: a directory in each hierarchy that holds something of it.
struct tree_cgroup {
  std::vector<std::string> directories;
  std::string home_directory;    ///< Which of them is the one of v2; empty = none.
  std::vector<descriptor> joins; ///< v1: what writes "0" to each `tasks` is in it.
  descriptor home;               ///< v2: the directory, for a birth or a move into it.
  descriptor kill_all;           ///< v2: a "1" written to it ends all trees of the node.
  std::string words;             ///< What is in force; empty = no cgroup was made.
  std::string not_given;         ///< What a default asks and could not be had; one line.
};

/// Opens `joins` and `home` again, for another tree with the same limits: a few microseconds.
/// @returns false where one of the directories is no more
bool open_doors(tree_cgroup& cgroup);

/// The name of a node's own directories: one for each state directory of this host, a copied one
/// included. Blocks for a look at it.
std::string cgroup_id_of(const std::string& state_dir);

/// Where the kernel tells what there is.
struct cgroup_sources {
  std::string own = "/proc/self/cgroup";
  std::string mounts = "/proc/self/mountinfo";
};

/// Makes the cgroups of one node's trees, below the node's own in each hierarchy:
/// `<own>/toolscore-<id>/<name>-<number>`, and of trees that outlive the node below
/// `<own>/toolscore-<id>-kept`, which no node's end kills. Where they are is written to a file
/// first, so that the next node finds them. Everything blocks: call it from the pool. Thread-safe.
class node_cgroups {
public:
  /// @param record_file  the directories' names, one a line
  node_cgroups(std::string id, std::string record_file, cgroup_sources from = {});

  /// @param tracked  also where no limit asks for one, if that can be had
  /// @param kept     its tree outlives the node
  /// @error spawn_failed  a limit that more than a default asks for cannot be had; the detail says
  ///                      which, why, and what to do
  result<tree_cgroup> make(const limits_policy& limits, bool tracked, const std::string& name,
                           bool kept = false);

  /// What a tree's cgroup had to tell at its end.
  struct farewell {
    bool out_of_memory = false;
    bool removed = true; ///< False: something in it does not die.
  };
  /// Kills what still lives in it, and removes it. Blocks for up to `limit` if that does not die.
  static farewell end(const std::vector<std::string>& directories, std::chrono::milliseconds limit);

  /// Removes the node's own directories once its trees have ended, and steps back out of them. What
  /// is kept stays.
  void close();

private:
  struct place {
    cgroup_place where;
    std::string directory;             ///< The node's own below it.
    std::string leaf;                  ///< Where the node steps down to, below that.
    std::vector<std::string> switched; ///< v2: what was switched on there for it.
    bool noted = false;
    bool made = false;
    bool moved = false; ///< v2: the node had to step down to let controllers be switched on.
  };
  void look_around();
  bool remove_empty();
  struct made_directory {
    std::string path;
    result<done> outcome;
  };
  std::vector<made_directory> make_directories(const std::vector<cgroup_part>& parts,
                                               const std::string& name, bool kept);
  result<done> prepare(place& at);
  result<done> note(place& at);
  result<done> switch_on(place& at, const std::string& controller);
  result<done> step_down(place& at);
  result<done> make_part(place& at, cgroup_part& part, const made_directory& made,
                         tree_cgroup& into);
  result<done> do_without(cgroup_part& part, const error& why, tree_cgroup& into);
  result<done> hold_limits(place& at, cgroup_part& part, const std::string& directory,
                           tree_cgroup& into);

  const std::string id_;
  const std::string record_file_;
  const cgroup_sources from_;
  std::mutex guard_;
  bool looked_ = false;
  std::vector<place> places_;
  std::vector<place> kept_places_; ///< In the same hierarchies, in the same order.
  std::uint64_t last_number_ = 0;
};

/// Of what a former node left, what is to live on.
struct spared_cgroups {
  std::vector<std::string> directories; ///< Of kept trees.
  std::vector<long> pids;               ///< Their inits, which are elsewhere.
};

/// What a former node of the same state directory left.
struct former_cgroups {
  std::size_t processes = 0;      ///< That lived in them, and were killed.
  std::vector<std::string> stuck; ///< Directories that are not empty at the limit.
};
/// Kills all that lives in the cgroups that `record_file` tells of, waits for its end and removes
/// them; then forgets them. Lines with another id and what is no cgroup are left alone. Blocks for
/// up to `limit` if something does not die: for a node's start, before anything is started.
former_cgroups reap_former_cgroups(const std::string& id, const std::string& record_file,
                                   std::chrono::milliseconds limit,
                                   const spared_cgroups& spared = {});

} // namespace toolscore
