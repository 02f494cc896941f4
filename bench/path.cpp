#include "bench/child_io.hpp"
#include "bench/path_io.hpp"

#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
  if (count < 3) {
    std::fprintf(stderr, "usage: toolscore-bench-path PORT SERVER [ARG]...\n");
    return 2;
  }
  toolscore::end_with_parent();
  toolscore::path_options options;
  options.port = static_cast<std::uint16_t>(std::atoi(words[1]));
  options.server.assign(words + 2, words + count);
  return toolscore::run_path(options, [](std::uint16_t port) {
    std::printf("%u\n", unsigned{port});
    std::fflush(stdout);
  });
}
