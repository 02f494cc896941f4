#include "node/terminal_io.hpp"

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace toolscore {

std::size_t terminal_width() {
  constexpr std::size_t unknown_width = 80;
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return unknown_width;
  return size.ws_col;
}

bool write_output(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

} // namespace toolscore
