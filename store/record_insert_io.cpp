#include "store/record_insert_io.hpp"

#include "messages/known_secrets.hpp"
#include "store/kept_text.hpp"
#include "store/wall_clock.hpp"

#include <array>
#include <optional>
#include <sqlite3.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <string>
#include <string_view>

namespace toolscore {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO calls (at_us, server, instance, server_version, server_commit, trajectory, task, "
    "trace, principal, method, tool, admission, transport, rpc, tool_outcome, failure, attempt, "
    "queued_us, wire_us, total_us, arguments_cut, result_cut, arguments, result) VALUES ";
constexpr std::string_view row_sql = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

std::string_view text_of(const bytes& text, text_span span) {
  if (!text || span.at > text->size()) return {};
  return span.of(*text);
}

/// Binds rows from the first column to the last. The texts must live until the statement is
/// stepped.
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

/// The two texts of one record as they are kept.
struct kept_pair {
  kept_pair(const call_record& record, std::size_t bytes_max)
      : arguments(text_of(record.request, record.arguments), bytes_max),
        result(text_of(record.response, record.result), bytes_max),
        failure(known_secrets::here().scrubbed(record.failure)) {}
  kept_text arguments;
  kept_text result;
  std::string failure; ///< May quote what the server said.
};

void bind(row_binder& row, const call_record& record, const kept_pair& texts) {
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
  row.text(texts.failure);
  row.whole(record.attempt);
  row.whole(record.queued.count());
  row.whole(record.wire.count());
  row.whole(record.total.count());
  row.whole_or_null(texts.arguments.cut_from());
  row.whole_or_null(texts.result.cut_from());
  row.text(texts.arguments.view());
  row.text(texts.result.view());
}

} // namespace

void record_insert::finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

record_insert::record_insert(SQLite::Database& base)
    : base_(base), one_(prepare(1)), many_(prepare(records_a_statement)) {}

record_insert::statement record_insert::prepare(std::size_t rows) {
  std::string sql{insert_sql};
  for (std::size_t i = 0; i < rows; ++i) sql.append(i == 0 ? "" : ",").append(row_sql);
  sqlite3_stmt* made = nullptr;
  const int status = sqlite3_prepare_v3(base_.getHandle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement owned(made);
  if (status != SQLITE_OK) throw SQLite::Exception(base_.getHandle(), status);
  return owned;
}

void record_insert::operator()(std::span<const call_record> records, std::size_t text_bytes_max) {
  if (records.size() == records_a_statement) return run(many_.get(), records, text_bytes_max);
  for (const auto& record : records) run(one_.get(), {&record, 1}, text_bytes_max);
}

void record_insert::run(sqlite3_stmt* prepared, std::span<const call_record> records,
                        std::size_t text_bytes_max) {
  std::array<std::optional<kept_pair>, records_a_statement> texts;
  row_binder row(prepared);
  for (std::size_t i = 0; i < records.size(); ++i)
    bind(row, records[i], texts[i].emplace(records[i], text_bytes_max));
  const int stepped = row.status() == SQLITE_OK ? sqlite3_step(prepared) : row.status();
  // Reset before anything is thrown: a statement left open would keep the transaction from ending.
  if (stepped == SQLITE_DONE) {
    sqlite3_reset(prepared);
    return;
  }
  SQLite::Exception failure(base_.getHandle(), stepped);
  sqlite3_reset(prepared);
  throw failure;
}

} // namespace toolscore
