#include "bench/child_io.hpp"
#include "bench/floor_io.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

int main(int count, char** words) {
  toolscore::floor_options options;
  int at = 1;
  for (; at < count && std::string_view(words[at]).starts_with("--"); ++at) {
    const std::string_view word = words[at];
    if (word == "--die-with-parent")
      toolscore::end_with_parent();
    else if (word == "--write-each")
      options.write_each = true;
    else
      count = 0;
  }
  if (count - at < 2) {
    std::fprintf(
        stderr,
        "usage: toolscore-bench-floor [--die-with-parent] [--write-each] PORT SERVER [ARG]...\n");
    return 2;
  }
  options.port = static_cast<std::uint16_t>(std::atoi(words[at]));
  options.server.assign(words + at + 1, words + count);
  return toolscore::run_floor(options, [](std::uint16_t port) {
    std::printf("%u\n", unsigned{port});
    std::fflush(stdout);
  });
}
