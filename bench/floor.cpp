#include "bench/child_io.hpp"
#include "bench/floor_io.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

int main(int count, char** words) {
  int at = 1;
  if (at < count && std::string_view(words[at]) == "--die-with-parent") {
    toolscore::end_with_parent();
    ++at;
  }
  if (count - at < 2) {
    std::fprintf(stderr, "usage: toolscore-bench-floor [--die-with-parent] PORT SERVER [ARG]...\n");
    return 2;
  }
  toolscore::floor_options options;
  options.port = static_cast<std::uint16_t>(std::atoi(words[at]));
  options.server.assign(words + at + 1, words + count);
  return toolscore::run_floor(options, [](std::uint16_t port) {
    std::printf("%u\n", unsigned{port});
    std::fflush(stdout);
  });
}
