#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace SQLite {
class Database;
}

namespace toolscore {

struct database_options {
  std::chrono::milliseconds busy_timeout{2'000};
  std::uint32_t pages_max = 0; ///< 0 = as many as the disk holds.
  std::uint64_t full_check_bytes_max =
      64u << 20; ///< Larger files have all tables but `calls` checked at open.
};

/// The open file `<state_dir>/toolscore.db`. Used by one thread at a time; specs, installs,
/// instances and records borrow it and must not outlive it. It may be moved while they exist.
class database {
public:
  /// Opens or creates the file (0600, WAL), checks it and brings its schema forward.
  /// Blocks: call it from the pool or before the loop runs.
  /// @error store_failed it cannot be opened, is damaged, is no store of ours, or is of a newer
  ///                     program; the detail says how to restore it. Nothing was changed.
  static result<database> open(const std::string& state_dir, const database_options& options = {});
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  const std::string& path() const noexcept { return path_; }
  /// For the other files of this folder.
  SQLite::Database& handle() noexcept { return *handle_; }

private:
  database(std::string path, std::unique_ptr<SQLite::Database> handle);
  std::string path_;
  std::unique_ptr<SQLite::Database> handle_;
};

} // namespace toolscore
