#pragma once
#include "runners/spawner/namespaces.hpp"
#include "runners/spawner/protocol.hpp"

#include <cstdint>

namespace toolscore::spawner {

/// What the init of a tree that outlives its node has of the outside. It holds the log's read end
/// for as long as it lives, so that no write of the server ever meets a pipe without a reader.
struct kept_tree {
  int door = -1; ///< Where the next node connects.
  int log = -1;
  int file = -1;     ///< Where the log goes while nobody reads it.
  bool away = false; ///< No node is there.
  std::uint64_t written = 0;
};

failure begin_keeping(kept_tree& tree, const int (&given)[keep_fds]);
/// The node is gone: from now on the log is read here.
void begin_absence(kept_tree& tree);
/// Reads some of the log; where the file takes no more of it, it is lost rather than the server.
/// @returns whether there may be more
bool keep_log(kept_tree& tree);
/// The server has ended: what is left of its log goes to the file, unless a node is there.
void keep_last_of_log(kept_tree& tree);
/// A node is there again, and reads the log itself.
void end_absence(kept_tree& tree);
/// @returns the connection of a node of our own user, or of root; -1 where it is another's
int accept_node(const kept_tree& tree);

} // namespace toolscore::spawner
