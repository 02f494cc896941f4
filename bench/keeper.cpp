#include "bench/child_io.hpp"
#include "bench/keeper_io.hpp"

#include <cstdio>
#include <cstdlib>

int main(int count, char** words) {
  if (count < 3 || std::atoi(words[1]) < 1) {
    std::fprintf(stderr, "usage: toolscore-bench-keeper COUNT PROGRAM [ARG]...\n"
                         "Each child gets its number as its last argument. SIGTERM stops all of "
                         "them at once, SIGUSR1 one after the other, the last first.\n");
    return 2;
  }
  toolscore::end_with_parent();
  return toolscore::run_keeper(static_cast<std::size_t>(std::atoi(words[1])),
                               {words + 2, words + count});
}
