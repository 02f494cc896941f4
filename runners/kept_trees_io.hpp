#pragma once
#include "messages/error.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/kept_note.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// A tree that a former node kept and that lives: the pidfd names it for ever.
struct kept_offer {
  kept_note note;
  descriptor pidfd;
};

/// The directory in which a node writes down what is to outlive it. Of each instance it has a note,
/// the socket at which its init waits for the next node, and the log that it wrote while there was
/// none. Small files, written and read where they are asked for.
class kept_trees {
public:
  /// @error io_failed  the directory cannot be opened or made
  static result<kept_trees> open(const std::string& directory);

  /// What the init of an instance is given.
  struct belongings {
    descriptor door; ///< Bound, not listening.
    descriptor away;
  };
  /// @error io_failed  one cannot be made
  result<belongings> prepare(const instance_id& id) const;
  /// Replaces the instance's note as a whole; to be on the disk before anything of the tree runs.
  /// @error io_failed  it cannot be written
  result<done> note(const kept_note& note) const;
  /// It has ended.
  void forget(const instance_id& id) const;

  /// Connects to the init of a tree that is not our child. @returns nothing where whoever waits
  /// there is not its init
  descriptor connect(const kept_note& note) const;
  /// What it wrote while no node was there; what had no room is told in a line before it. Empties
  /// the file.
  std::string take_away_log(const instance_id& id) const;

  /// Every note that can be understood; files of none are removed.
  std::vector<kept_note> all() const;

private:
  kept_trees(std::string path, descriptor directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string near_path(const std::string& name) const;

  std::string path_;
  descriptor directory_;
};

/// What a former node left to be kept.
struct kept_survivors {
  std::vector<kept_offer> offers;                          ///< They live, and may be adopted.
  std::vector<kept_note> ended;                            ///< They ended while no node was there.
  std::vector<std::pair<kept_note, kept_claim>> condemned; ///< They live, and must not go on.
  /// The greatest of each server's whose instance does not go on: its next has the number after it.
  std::map<std::string, std::uint64_t> last_numbers() const;
};
/// Looks at each noted tree: a reused pid and another boot's are nobody. Signals nothing.
kept_survivors find_kept(const kept_trees& trees,
                         const std::function<kept_claim(const instance_id&)>& claim_of);

} // namespace toolscore
