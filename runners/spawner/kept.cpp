#include "runners/spawner/kept.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

/// The head after the bytes: what it counts is there.
void put_away(kept_tree& tree, const char* text, std::size_t size) {
  while (size > 0) {
    const auto at = static_cast<std::size_t>(tree.written % away_bytes_max);
    const auto part = std::min(size, away_bytes_max - at);
    if (pwrite(tree.file, text, part, static_cast<off_t>(away_ring_at + at)) !=
        static_cast<ssize_t>(part))
      return;
    tree.written += part;
    text += part;
    size -= part;
  }
  const away_head head{tree.written};
  if (pwrite(tree.file, &head, sizeof(head), 0) != sizeof(head)) return;
}

} // namespace

failure begin_keeping(kept_tree& tree, const int (&given)[keep_fds]) {
  tree.door = given[listen_fd];
  tree.log = given[log_fd];
  tree.file = given[away_fd];
  // By us and not by the node: who connects learns from the kernel who has called this.
  if (listen(tree.door, 4) != 0) return {step::watch, errno};
  return {};
}

void begin_absence(kept_tree& tree) {
  tree.away = true;
  tree.written = 0;
}

bool keep_log(kept_tree& tree) {
  static char text[64 * 1024];
  const auto size = read(tree.log, text, sizeof(text));
  if (size <= 0) return false;
  put_away(tree, text, static_cast<std::size_t>(size));
  return true;
}

void keep_last_of_log(kept_tree& tree) {
  constexpr int reads_max = 64; // A pipe's content several times over, if in small reads.
  for (int reads = 0; tree.away && reads < reads_max && keep_log(tree); ++reads) {
  }
}

void end_absence(kept_tree& tree) {
  tree.away = false;
}

int accept_node(const kept_tree& tree) {
  const int node = accept4(tree.door, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (node < 0) return -1;
  ucred who{};
  socklen_t size = sizeof(who);
  if (getsockopt(node, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
      (who.uid == geteuid() || who.uid == 0))
    return node;
  close(node);
  return -1;
}

} // namespace toolscore::spawner
