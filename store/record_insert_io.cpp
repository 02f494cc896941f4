#include "store/record_insert_io.hpp"

#include "store/kept_text.hpp"
#include "store/wall_clock.hpp"

#include <sqlite3.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <string_view>

namespace toolscore {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO calls (at_us, server, instance, server_version, server_commit, trajectory, task, "
    "trace, principal, method, tool, admission, transport, rpc, tool_outcome, failure, attempt, "
    "queued_us, wire_us, total_us, arguments_cut, result_cut, arguments, result) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

std::string_view text_of(const bytes& text, text_span span) {
  if (!text || span.at > text->size()) return {};
  return span.of(*text);
}

/// Binds one row from the first column to the last. The texts must live until the row is stepped.
class row_binder {
public:
  explicit row_binder(sqlite3_stmt* statement) : statement_(statement) {}
  void whole(std::int64_t value) { note(sqlite3_bind_int64(statement_, ++index_, value)); }
  void whole_or_null(std::int64_t value) {
    if (value == 0)
      note(sqlite3_bind_null(statement_, ++index_));
    else
      whole(value);
  }
  void text(std::string_view value) {
    note(value.empty() ? sqlite3_bind_null(statement_, ++index_)
                       : sqlite3_bind_text64(statement_, ++index_, value.data(), value.size(),
                                             SQLITE_STATIC, SQLITE_UTF8));
  }
  void word(outcome value) { whole(static_cast<std::int64_t>(value)); }
  int status() const noexcept { return status_; }

private:
  void note(int status) {
    if (status_ == SQLITE_OK) status_ = status;
  }
  sqlite3_stmt* statement_;
  int index_ = 0;
  int status_ = SQLITE_OK;
};

} // namespace

void record_insert::finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

record_insert::record_insert(SQLite::Database& base) : base_(base) {
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v3(base.getHandle(), insert_sql.data(), static_cast<int>(insert_sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (status != SQLITE_OK) throw SQLite::Exception(base.getHandle(), status);
}

void record_insert::operator()(const call_record& record, std::size_t text_bytes_max) {
  const kept_text arguments(text_of(record.request, record.arguments), text_bytes_max);
  const kept_text result(text_of(record.response, record.result), text_bytes_max);
  row_binder row(statement_.get());
  row.whole(to_microseconds(record.at));
  row.text(record.server.value);
  row.whole(static_cast<std::int64_t>(record.instance));
  row.text(record.server_version);
  row.text(record.server_commit);
  row.text(record.ids.trajectory);
  row.text(record.ids.task);
  row.text(record.ids.trace);
  row.text(record.principal);
  row.text(record.method);
  row.text(record.tool);
  row.word(record.admission);
  row.word(record.transport);
  row.word(record.rpc);
  row.word(record.tool_outcome);
  row.text(record.failure);
  row.whole(record.attempt);
  row.whole(record.queued.count());
  row.whole(record.wire.count());
  row.whole(record.total.count());
  row.whole_or_null(arguments.cut_from());
  row.whole_or_null(result.cut_from());
  row.text(arguments.view());
  row.text(result.view());
  const int stepped = row.status() == SQLITE_OK ? sqlite3_step(statement_.get()) : row.status();
  // Reset before anything is thrown: a statement left open would keep the transaction from ending.
  if (stepped == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return;
  }
  SQLite::Exception failure(base_.getHandle(), stepped);
  sqlite3_reset(statement_.get());
  throw failure;
}

} // namespace toolscore
