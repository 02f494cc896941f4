#include "bench/child_io.hpp"
#include "bench/floor_io.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

int main(int count, char** words) {
  toolscore::floor_options options;
  int positional = 0;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--legacy")
      options.legacy = true;
    else if (word == "--die-with-parent")
      toolscore::end_with_parent();
    else if (positional++ == 0)
      options.port = static_cast<std::uint16_t>(std::atoi(words[i]));
    else
      options.server = word;
  }

  if (positional != 2) {
    std::fprintf(stderr, "usage: toolscore-bench-floor PORT SERVER [--legacy] "
                         "[--die-with-parent]\n");
    return 2;
  }
  return toolscore::run_floor(options, [](std::uint16_t port) {
    std::printf("%u\n", unsigned{port});
    std::fflush(stdout);
  });
}
