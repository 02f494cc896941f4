#pragma once
#include "messages/call.hpp"

#include <cstddef>
#include <memory>

struct sqlite3_stmt;
namespace SQLite {
class Database;
}

namespace toolscore {

/// The one prepared statement that keeps records. It binds texts where they lie (SQLiteCpp would
/// copy them), as this is the hot path of the store. Throws SQLite::Exception.
class record_insert {
public:
  explicit record_insert(SQLite::Database& base);
  /// Keeps one record; texts are cut at `text_bytes_max` and redacted.
  void operator()(const call_record& record, std::size_t text_bytes_max);

private:
  struct finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  SQLite::Database& base_;
  std::unique_ptr<sqlite3_stmt, finalize> statement_;
};

} // namespace toolscore
