#include "runners/spawner/passing.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace toolscore::spawner {

packet receive(int socket, void* into, std::size_t size, passed& with) {
  iovec part{into, size};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * passed_fds_max)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  ssize_t got = 0;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return packet::none;
  const cmsghdr* const head = CMSG_FIRSTHDR(&message);
  if (head != nullptr && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
    with.count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::memcpy(with.fds, CMSG_DATA(head), with.count * sizeof(int));
  }
  const bool whole =
      static_cast<std::size_t>(got) == size && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  return whole ? packet::whole : packet::maimed;
}

void close_all(passed& what) {
  for (std::size_t i = 0; i < what.count; ++i) close(what.fds[i]);
  what.count = 0;
}

} // namespace toolscore::spawner
