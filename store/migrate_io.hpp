#pragma once
#include "messages/error.hpp"
#include "store/schema.hpp"

#include <span>

namespace SQLite {
class Database;
}

namespace toolscore {

/// Brings the schema forward, one transaction a step: what fails leaves the version before it.
/// @error store_failed the file is of a newer program, is no store of ours, or a step failed
result<done> migrate(SQLite::Database& base, std::span<const migration> steps);

} // namespace toolscore
