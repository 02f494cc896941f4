#include "node/up_io.hpp"

#include <cstdio>

namespace toolscore {

int run_up(const up_options&) {
  std::fputs("toolscore: the node itself is not linked into this build\n", stderr);
  return 1;
}

} // namespace toolscore
