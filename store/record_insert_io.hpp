#pragma once
#include "messages/call.hpp"

#include <cstddef>
#include <memory>
#include <span>

struct sqlite3_stmt;
namespace SQLite {
class Database;
}

namespace toolscore {

/// The prepared statements that keep records. They bind texts where they lie (SQLiteCpp would copy
/// them), as this is the hot path of the store. Throws SQLite::Exception.
class record_insert {
public:
  /// So many go with one statement: what a statement costs besides its rows is paid once.
  static constexpr std::size_t records_a_statement = 8;

  explicit record_insert(SQLite::Database& base);
  /// Keeps at most `records_a_statement` records; texts are cut at `text_bytes_max` and redacted.
  void operator()(std::span<const call_record> records, std::size_t text_bytes_max);

private:
  struct finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using statement = std::unique_ptr<sqlite3_stmt, finalize>;
  statement prepare(std::size_t rows);
  void run(sqlite3_stmt* prepared, std::span<const call_record> records,
           std::size_t text_bytes_max);

  SQLite::Database& base_;
  statement one_;
  statement many_; ///< Of `records_a_statement`.
};

} // namespace toolscore
