// The instant server, but for one call in a hundred, whose echoed text it changes by one letter.
#include "bench/mcp_answers.hpp"

#include <iostream>
#include <string>

int main() {
  std::size_t lines = 0;
  std::string answer;
  for (std::string line; std::getline(std::cin, line); answer.clear()) {
    toolscore::append_instant_answer(answer, line, false);
    if (const std::size_t at = answer.find("klm"); ++lines % 100 == 0 && at != std::string::npos)
      answer[at] = 'K';
    std::cout << answer << std::flush;
  }
}
