#include "tests/gateway/http_client.hpp"

#include <arpa/inet.h>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace toolscore::test {

http_client http_client::tcp(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return http_client{fd};
  ::close(fd);
  return http_client{-1};
}

http_client http_client::local(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::strncpy(at.sun_path, path.c_str(), sizeof at.sun_path - 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return http_client{fd};
  ::close(fd);
  return http_client{-1};
}

http_client::http_client(http_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

http_client::~http_client() {
  close();
}

void http_client::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void http_client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void http_client::send(std::string_view text) {
  while (!text.empty() && fd_ >= 0) {
    const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool http_client::fill(std::chrono::milliseconds wait) {
  if (fd_ < 0) return false;
  pollfd x{fd_, POLLIN, 0};
  if (::poll(&x, 1, static_cast<int>(wait.count())) <= 0) return false;
  char room[65536];
  const auto n = ::recv(fd_, room, sizeof room, 0);
  if (n <= 0) return false;
  buffer_.append(room, static_cast<std::size_t>(n));
  return true;
}

std::string http_client::read_some(std::chrono::milliseconds wait) {
  if (buffer_.empty()) fill(wait);
  return std::exchange(buffer_, {});
}

bool http_client::closed_by_peer(std::chrono::milliseconds wait) {
  const auto end = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd x{fd_, POLLIN, 0};
    if (::poll(&x, 1, static_cast<int>(left.count())) <= 0) return false;
    char room[65536];
    if (::recv(fd_, room, sizeof room, 0) <= 0) return true;
  }
}

http_reply http_client::read(std::chrono::milliseconds wait) {
  http_reply reply;
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill(wait)) return reply;
  const std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  std::size_t at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const auto line_end = head.find("\r\n", at);
    const auto colon = head.find(':', at);
    std::string name = head.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    reply.headers[name] = head.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  const int status = std::atoi(head.c_str() + 9);
  if (reply.headers.contains("transfer-encoding")) {
    for (;;) {
      std::size_t line = std::string::npos;
      while ((line = buffer_.find("\r\n")) == std::string::npos)
        if (!fill(wait)) return reply;
      const auto size = std::strtoul(buffer_.c_str(), nullptr, 16);
      while (buffer_.size() < line + 2 + size + 2)
        if (!fill(wait)) return reply;
      reply.body += buffer_.substr(line + 2, size);
      buffer_.erase(0, line + 2 + size + 2);
      if (size == 0) break;
    }
  } else if (status != 204 && status >= 200 && reply.headers.contains("content-length")) {
    const auto size = std::strtoul(reply.headers["content-length"].c_str(), nullptr, 10);
    while (buffer_.size() < size)
      if (!fill(wait)) return reply;
    reply.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  }
  reply.status = status;
  return reply;
}

} // namespace toolscore::test
