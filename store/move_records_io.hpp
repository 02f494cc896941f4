#pragma once

namespace SQLite {
class Database;
}

namespace toolscore {

/// Moves the rows of `calls`, and behind them those of `gaps`, into blocks and drops both tables.
/// Records keep their numbers. Inside the caller's transaction; throws SQLite::Exception.
void move_records(SQLite::Database& base);

} // namespace toolscore
