#include "store/records_io.hpp"

#include "store/failure_io.hpp"
#include "store/record_insert_io.hpp"
#include "store/record_line.hpp"
#include "store/trajectories_io.hpp"
#include "store/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <sched.h>
#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

constexpr const char* select_sql =
    "SELECT number, at_us, server, instance, server_version, server_commit, trajectory, task, "
    "trace, principal, method, tool, admission, transport, rpc, tool_outcome, failure, attempt, "
    "queued_us, wire_us, total_us, arguments_cut, result_cut, arguments, result FROM calls "
    "WHERE number > ?1";

outcome outcome_of(const SQLite::Column& column) {
  const int value = column.getInt();
  return value == 1 ? outcome::ok : value == 2 ? outcome::failed : outcome::not_reached;
}

record_row row_of(SQLite::Statement& statement) {
  const auto text = [&](int i) { return statement.getColumn(i).getString(); };
  const auto whole = [&](int i) { return statement.getColumn(i).getInt64(); };
  record_row row;
  row.number = whole(0);
  row.at_us = whole(1);
  row.server = text(2);
  row.instance = whole(3);
  row.server_version = text(4);
  row.server_commit = text(5);
  row.trajectory = text(6);
  row.task = text(7);
  row.trace = text(8);
  row.principal = text(9);
  row.method = text(10);
  row.tool = text(11);
  row.admission = outcome_of(statement.getColumn(12));
  row.transport = outcome_of(statement.getColumn(13));
  row.rpc = outcome_of(statement.getColumn(14));
  row.tool_outcome = outcome_of(statement.getColumn(15));
  row.failure = text(16);
  row.attempt = whole(17);
  row.queued_us = whole(18);
  row.wire_us = whole(19);
  row.total_us = whole(20);
  row.arguments_cut = !statement.getColumn(21).isNull();
  row.result_cut = !statement.getColumn(22).isNull();
  row.arguments = text(23);
  row.result = text(24);
  return row;
}

/// When the records of a batch were made; they come in the order in which they ended.
record_gap gap_of(std::span<const call_record> batch, const std::string& reason) {
  record_gap gap{batch.size(), batch.front().at, batch.front().at, reason};
  for (const auto& record : batch) {
    gap.from = std::min(gap.from, record.at);
    gap.to = std::max(gap.to, record.at);
  }
  return gap;
}

/// Whoever waits for this processor, often the loop or one of its clients, must not wait for a
/// whole batch: that would be milliseconds, with all callers idle. On a machine that has no idle
/// moment each time costs a slice of everybody's, and what is called meanwhile piles up: so a batch
/// makes way no longer than it takes the next one to come.
void insert_all(record_insert& insert, std::span<const call_record> batch, std::size_t text_max) {
  constexpr auto go = record_insert::records_a_statement;
  constexpr std::chrono::milliseconds way_max{50};
  std::chrono::steady_clock::duration made_way{0};
  for (std::size_t at = 0; at < batch.size(); at += go) {
    if (at != 0 && made_way < way_max) {
      const auto before = std::chrono::steady_clock::now();
      ::sched_yield();
      made_way += std::chrono::steady_clock::now() - before;
    }
    insert(batch.subspan(at, std::min(go, batch.size() - at)), text_max);
  }
}

void insert_gap(SQLite::Database& base, const record_gap& gap) {
  SQLite::Statement statement(
      base, "INSERT INTO gaps (count, from_us, to_us, reason) VALUES (?, ?, ?, ?)");
  statement.bind(1, static_cast<std::int64_t>(gap.count));
  statement.bind(2, to_microseconds(gap.from));
  statement.bind(3, to_microseconds(gap.to));
  statement.bind(4, gap.reason);
  statement.exec();
}

} // namespace

struct records::state {
  SQLite::Database& base;
  record_limits limits;
  std::unique_ptr<record_insert> insert; ///< Made with the first batch, for the store's life.
  std::optional<record_gap> gap;
};

records::records(database& base, const record_limits& limits)
    : state_(new state{base.handle(), limits, nullptr, std::nullopt}) {}
records::records(records&&) noexcept = default;
records::~records() = default;

result<std::int64_t> records::append(std::span<const call_record> batch) {
  if (batch.empty()) return std::int64_t{0};
  auto kept = guarded("keeping records", [&]() -> result<std::int64_t> {
    auto& base = state_->base;
    if (!state_->insert) state_->insert = std::make_unique<record_insert>(base);
    SQLite::Transaction transaction(base, SQLite::TransactionBehavior::IMMEDIATE);
    insert_all(*state_->insert, batch, state_->limits.text_bytes_max);
    const std::int64_t last = base.getLastInsertRowid();
    note_trajectories(base, batch, last);
    if (state_->gap) insert_gap(base, *state_->gap);
    transaction.commit();
    state_->gap.reset();
    return last;
  });
  if (!kept) lost(gap_of(batch, kept.failure().detail));
  return kept;
}

void records::lost(const record_gap& gap) {
  if (gap.count == 0) return;
  auto& pending = state_->gap;
  if (!pending) {
    pending = gap;
    return;
  }
  pending->count += gap.count;
  pending->from = std::min(pending->from, gap.from);
  pending->to = std::max(pending->to, gap.to);
  pending->reason = gap.reason;
}

result<done> records::flush_gaps() {
  if (!state_->gap) return done{};
  return guarded("keeping a gap in the records", [&]() -> result<done> {
    insert_gap(state_->base, *state_->gap);
    state_->gap.reset();
    return done{};
  });
}

const std::optional<record_gap>& records::pending_gap() const noexcept {
  return state_->gap;
}

result<std::uint64_t> records::count() {
  return guarded("counting records", [&]() -> result<std::uint64_t> {
    // Numbers count up by one and only the oldest are ever deleted: no need to walk the table.
    SQLite::Statement statement(state_->base, "SELECT coalesce((SELECT max(number) FROM calls) - "
                                              "(SELECT min(number) FROM calls) + 1, 0)");
    statement.executeStep();
    return static_cast<std::uint64_t>(statement.getColumn(0).getInt64());
  });
}

result<exported_records> records::export_ndjson(const record_query& query) {
  return guarded("exporting records", [&]() -> result<exported_records> {
    exported_records out;
    out.last = query.after;
    std::optional<trajectory_summary> range;
    if (!query.trajectory.empty()) {
      range = find_trajectory(state_->base, query.trajectory);
      if (!range) return out;
    }
    std::string sql = select_sql;
    if (range) sql += " AND number BETWEEN ?2 AND ?3 AND trajectory = ?4";
    if (!query.server.empty()) sql += " AND server = ?5";
    SQLite::Statement statement(state_->base, sql + " ORDER BY number");
    statement.bind(1, query.after);
    if (range) {
      statement.bind(2, range->first);
      statement.bind(3, range->last);
      statement.bind(4, range->name);
    }
    if (!query.server.empty()) statement.bind(5, query.server);
    const auto rows_max = state_->limits.export_rows_max;
    const auto limit = query.limit == 0 ? rows_max : std::min(query.limit, rows_max);
    while (statement.executeStep()) {
      if (out.count == limit || out.ndjson.size() >= state_->limits.export_bytes_max) {
        out.more = true;
        break;
      }
      const auto row = row_of(statement);
      append_line(out.ndjson, row);
      out.last = row.number;
      ++out.count;
    }
    return out;
  });
}

result<std::vector<trajectory_summary>> records::trajectories(std::size_t limit) {
  return guarded("listing trajectories", [&]() -> result<std::vector<trajectory_summary>> {
    return list_trajectories(state_->base, limit);
  });
}

result<std::vector<record_gap>> records::gaps(std::size_t limit) {
  return guarded("reading the gaps", [&]() -> result<std::vector<record_gap>> {
    SQLite::Statement statement(
        state_->base, "SELECT count, from_us, to_us, reason FROM gaps ORDER BY number LIMIT ?");
    statement.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000)));
    std::vector<record_gap> out;
    while (statement.executeStep())
      out.push_back({static_cast<std::uint64_t>(statement.getColumn(0).getInt64()),
                     from_microseconds(statement.getColumn(1).getInt64()),
                     from_microseconds(statement.getColumn(2).getInt64()),
                     statement.getColumn(3).getString()});
    return out;
  });
}

result<std::uint64_t> records::trim(std::uint64_t keep_max, std::uint64_t step_max) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  return guarded("deleting old records", [&]() -> result<std::uint64_t> {
    SQLite::Transaction transaction(state_->base, SQLite::TransactionBehavior::IMMEDIATE);
    // The newest always stays, so that its number is never given again.
    SQLite::Statement statement(
        state_->base, "DELETE FROM calls WHERE number <= (SELECT max(number) FROM calls) - ?1 "
                      "AND number < (SELECT min(number) FROM calls) + ?2");
    statement.bind(1, static_cast<std::int64_t>(std::clamp(keep_max, std::uint64_t{1}, most)));
    statement.bind(2, static_cast<std::int64_t>(std::min(step_max, most)));
    const auto deleted = static_cast<std::uint64_t>(statement.exec());
    if (deleted != 0) trim_trajectories(state_->base);
    transaction.commit();
    return deleted;
  });
}

} // namespace toolscore
