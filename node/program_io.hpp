#pragma once

namespace toolscore {

/// The whole program: reads the command line, does what it says, prints. @returns the exit code
int run_program(int argument_count, char** arguments);

} // namespace toolscore
