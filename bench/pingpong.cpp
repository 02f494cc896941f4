#include "bench/child_io.hpp"
#include "bench/pingpong_io.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

std::size_t number(const char* word) {
  return std::strtoul(word, nullptr, 10);
}

} // namespace

int main(int count, char** words) {
  if (count == 4 && std::string_view(words[1]) == "--echo")
    return toolscore::run_echo(number(words[2]), number(words[3]));
  if (count != 6) {
    std::fprintf(stderr, "usage: toolscore-bench-pingpong PORT REQUEST_BYTES LINE_BYTES "
                         "ANSWER_BYTES RESPONSE_BYTES\n");
    return 2;
  }
  toolscore::end_with_parent();
  const toolscore::pingpong_sizes sizes{number(words[2]), number(words[3]), number(words[4]),
                                        number(words[5])};
  return toolscore::run_pingpong("/proc/self/exe", static_cast<std::uint16_t>(number(words[1])),
                                 sizes, [](std::uint16_t port) {
                                   std::printf("%u\n", unsigned{port});
                                   std::fflush(stdout);
                                 });
}
