#pragma once
#include "messages/error.hpp"
#include "store/chain_report.hpp"

#include <string>

namespace toolscore {

/// Reads the database in `state_dir`, also while a node writes it. Blocks; one block in memory.
/// @error store_failed as with_records
result<chain_report> verify_records(const std::string& state_dir);

} // namespace toolscore
