#pragma once

namespace toolscore::reason {

/// The whole program. @returns its exit code
int run_program(int argument_count, char** arguments);

} // namespace toolscore::reason
