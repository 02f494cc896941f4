#include "store/migrate_io.hpp"

#include "store/failure_io.hpp"
#include "store/move_records_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <string>

namespace toolscore {
namespace {

constexpr const char* version_table_sql = R"(
CREATE TABLE schema_version (
  version    INTEGER PRIMARY KEY,
  what       TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT)";

error refused(const SQLite::Database& base, const std::string& why) {
  return error{errc::store_failed, base.getFilename() + why};
}

/// The version the file is of; 0 for a new one.
result<int> current_version(SQLite::Database& base) {
  if (!base.tableExists("schema_version")) {
    if (base.execAndGet("SELECT count(*) FROM sqlite_master").getInt() != 0)
      return refused(base, " is a database of another program, name another state directory");
    return 0;
  }
  return base.execAndGet("SELECT coalesce(max(version), 0) FROM schema_version").getInt();
}

void apply(SQLite::Database& base, int version, const migration& step) {
  SQLite::Transaction transaction(base, SQLite::TransactionBehavior::IMMEDIATE);
  if (version == 1) base.exec(version_table_sql);
  base.exec(step.sql);
  if (step.moves_records) move_records(base);
  SQLite::Statement mark(base, "INSERT INTO schema_version (version, what) VALUES (?, ?)");
  mark.bind(1, version);
  mark.bind(2, step.what);
  mark.exec();
  transaction.commit();
}

} // namespace

result<done> migrate(SQLite::Database& base, std::span<const migration> steps) {
  return guarded(
      "bringing " + base.getFilename() + " to this program's schema", [&]() -> result<done> {
        const auto current = current_version(base);
        if (!current) return current.failure();
        const int newest = static_cast<int>(steps.size());
        if (*current > newest)
          return refused(base, " has schema version " + std::to_string(*current) +
                                   " and this program knows only " + std::to_string(newest) +
                                   ": start the newer program, or put the backup "
                                   "from before its first start in its place");
        for (int version = *current + 1; version <= newest; ++version)
          apply(base, version, steps[static_cast<std::size_t>(version - 1)]);
        return done{};
      });
}

} // namespace toolscore
