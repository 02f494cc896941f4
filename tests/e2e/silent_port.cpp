#include "silent_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace toolscore::test {

silent_port::silent_port() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  auto* const name = reinterpret_cast<sockaddr*>(&at);
  // The kernel completes connections by itself; nobody ever takes them from the queue.
  if (::bind(fd_, name, size) != 0 || ::listen(fd_, 16) != 0 ||
      ::getsockname(fd_, name, &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(at.sin_port);
}

silent_port::~silent_port() {
  ::close(fd_);
}

std::string silent_port::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

bool silent_port::wait_for_client(std::chrono::milliseconds limit) const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(limit.count())) == 1;
}

} // namespace toolscore::test
