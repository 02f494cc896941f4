#pragma once
#include <cstdint>

namespace toolscore::test {

/// Runs seeds one after the other in one actor system and fails for each that breaks an invariant,
/// with the way to replay it; it gives up after the fifth. TOOLSCORE_SIM_SEED=N runs that one alone
/// and tells its trace as messages; TOOLSCORE_SIM_SEEDS=M runs M from there on.
void run_seeds(std::uint64_t first, std::uint64_t count);

} // namespace toolscore::test
