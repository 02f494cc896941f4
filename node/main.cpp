#include "node/program_io.hpp"

int main(int argument_count, char** arguments) {
  return toolscore::run_program(argument_count, arguments);
}
