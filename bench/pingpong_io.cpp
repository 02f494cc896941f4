#include "bench/pingpong_io.hpp"

#include "bench/descriptor_io.hpp"
#include "bench/stdio_child_io.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace toolscore {

int run_echo(std::size_t line_bytes, std::size_t answer_bytes) {
  std::string line(line_bytes, ' ');
  const std::string answer(answer_bytes, 'a');
  while (read_exactly(STDIN_FILENO, line.data(), line.size()))
    if (!write_all(STDOUT_FILENO, answer)) return 1;
  return 0;
}

int run_pingpong(const char* own_path, std::uint16_t port, const pingpong_sizes& sizes,
                 const std::function<void(std::uint16_t)>& on_listening) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto echo = start_stdio_child(
      {own_path, "--echo", std::to_string(sizes.line), std::to_string(sizes.answer)});
  const auto listener = listen_on_loopback(port);
  if (!echo || !listener) {
    std::fprintf(stderr, "pingpong: %s\n",
                 (echo ? listener.failure() : echo.failure()).detail.c_str());
    return 1;
  }
  on_listening(port_of(listener->get()));
  std::string in(std::max(sizes.request, sizes.line), ' ');
  std::string out(std::max(sizes.answer, sizes.response), ' ');
  for (;;) {
    const owned_fd client{::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC)};
    const int on = 1;
    ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (read_exactly(client.get(), in.data(), sizes.request)) {
      if (!write_all(echo->to.get(), {in.data(), sizes.line}) ||
          !read_exactly(echo->from.get(), out.data(), sizes.answer))
        return 1;
      if (!write_all(client.get(), {out.data(), sizes.response})) break;
    }
  }
}

} // namespace toolscore
