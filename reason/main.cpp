#include "reason/program_io.hpp"

int main(int argument_count, char** arguments) {
  return toolscore::reason::run_program(argument_count, arguments);
}
