#pragma once
#include "node/cli.hpp"
#include "node/commands.hpp"

namespace toolscore {

/// `toolscore trajectories verify [FILE]`, `stats` and `export`: on the state directory itself,
/// with or without a node there. export writes to stdout as it reads. `import FILE` writes, all of
/// it or nothing, and refuses while a node is there. Blocks.
command_output records_command(const cli_request& request);

/// `toolscore trajectories replay`: makes the calls of a trajectory, or of an exported file, again
/// and says what is not as it was.
command_output replay_command(const cli_request& request, const command_context& context);

} // namespace toolscore
