// A legacy MCP server over streamable HTTP that needs nothing else in its image: it listens at all
// addresses, at the PORT of its environment. Other paths tell which copy it is.
#include "bench/mcp_answers.hpp"

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace toolscore;

constexpr std::size_t request_bytes_max = 1U << 20U;

/// Its own, for as long as it lives.
std::string own_word() {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != sizeof(number)) std::abort();
  return std::to_string(number);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

std::string reply(const char* status, const std::string& type, const std::string& body) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::size_t length_in(std::string head) {
  for (auto& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string name = "content-length:";
  const auto at = head.find(name);
  return at == head.npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
}

std::string answer(const std::string& head, const std::string& body, const std::string& word) {
  if (head.starts_with("GET /mcp")) return reply("405 No", "text/plain", "");
  if (head.starts_with("DELETE ")) return reply("200 OK", "text/plain", "");
  if (head.starts_with("GET /say/")) {
    std::fprintf(stderr, "%s\n", head.substr(9, head.find(' ', 9) - 9).c_str());
    return reply("200 OK", "text/plain", word);
  }
  if (!head.starts_with("POST ")) return reply("200 OK", "text/plain", word);
  std::string out;
  append_instant_answer(out, body, true);
  if (out.empty()) return reply("202 Taken", "text/plain", "");
  return reply("200 OK", "application/json", out);
}

void serve(int fd, const std::string& word) {
  std::string held;
  char part[4096];
  for (;;) {
    const auto end = held.find("\r\n\r\n");
    const auto head = end == held.npos ? std::string() : held.substr(0, end + 4);
    const auto size = head.empty() ? 0 : head.size() + length_in(head);
    if (!head.empty() && held.size() >= size) {
      if (!write_all(fd, answer(head, held.substr(head.size(), size - head.size()), word))) break;
      held.erase(0, size);
      continue;
    }
    const ssize_t got = ::recv(fd, part, sizeof(part), 0);
    if (got <= 0 || held.size() > request_bytes_max) break;
    held.append(part, static_cast<std::size_t>(got));
  }
  ::close(fd);
}

} // namespace

int main() {
  const char* const port = std::getenv("PORT");
  if (port == nullptr) return 2;
  const int ear = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(ear, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (::bind(ear, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(ear, 64) != 0)
    return 3;
  const auto word = own_word();
  std::fprintf(stderr, "listening at %s\n", port);
  for (;;) {
    const int fd = ::accept(ear, nullptr, nullptr);
    if (fd >= 0) std::thread(serve, fd, word).detach();
  }
}
