#include "store/records_io.hpp"

#include "messages/known_secrets.hpp"
#include "store/failure_io.hpp"
#include "store/kept_text.hpp"
#include "store/record_chain_io.hpp"
#include "store/record_search_io.hpp"
#include "store/trajectories_io.hpp"
#include "store/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <sched.h>
#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

std::string_view text_of(const bytes& text, text_span span) {
  if (!text || span.at > text->size()) return {};
  return span.of(*text);
}

std::string_view name_of(std::string_view text) {
  return cut_text(text, record_limits::name_bytes_max);
}

void add(block_writer& block, const call_record& record, std::size_t text_max,
         const secret_set& secrets) {
  const kept_text arguments(text_of(record.request, record.arguments), text_max, secrets);
  const kept_text result(text_of(record.response, record.result), text_max, secrets);
  const auto hidden = secrets.scrub(record.failure); // It may quote what the server said.
  record_row row;
  row.at_us = to_microseconds(record.at);
  row.trajectory = name_of(record.ids.trajectory);
  row.task = name_of(record.ids.task);
  row.trace = name_of(record.ids.trace);
  row.server = name_of(record.server.value);
  row.instance = static_cast<std::int64_t>(record.instance);
  row.server_version = name_of(record.server_version);
  row.server_commit = name_of(record.server_commit);
  row.principal = name_of(record.principal);
  row.method = name_of(record.method);
  row.tool = name_of(record.tool);
  row.admission = record.admission;
  row.transport = record.transport;
  row.rpc = record.rpc;
  row.tool_outcome = record.tool_outcome;
  row.failure = cut_text(hidden ? *hidden : record.failure, record_limits::failure_bytes_max);
  row.ended = record.ended;
  row.attempt = record.attempt;
  row.queued_us = record.queued.count();
  row.wire_us = record.wire.count();
  row.total_us = record.total.count();
  row.arguments_cut = arguments.cut_from();
  row.result_cut = result.cut_from();
  row.arguments = arguments.view();
  row.result = result.view();
  block.add(row);
}

void add(block_writer& block, const record_gap& gap) {
  record_row row;
  row.gap = true;
  row.at_us = to_microseconds(gap.from);
  row.total_us = to_microseconds(gap.to) - row.at_us;
  row.queued_us = static_cast<std::int64_t>(gap.count);
  row.failure = gap.reason;
  block.add(row);
}

record_gap gap_of(const record_row& row) {
  return {static_cast<std::uint64_t>(row.queued_us), from_microseconds(row.at_us),
          from_microseconds(row.at_us + row.total_us), std::string(row.failure)};
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
class way_maker {
public:
  void operator()(std::size_t done) {
    constexpr std::size_t go = 32;
    constexpr std::chrono::milliseconds way_max{50};
    if (done % go != 0 || made_way_ >= way_max) return;
    const auto before = std::chrono::steady_clock::now();
    ::sched_yield();
    made_way_ += std::chrono::steady_clock::now() - before;
  }

private:
  std::chrono::steady_clock::duration made_way_{0};
};

constexpr const char* first_sql = "SELECT (SELECT first FROM record_blocks ORDER BY last LIMIT 1)";
constexpr const char* last_sql = "SELECT max(last) FROM record_blocks";

std::optional<std::int64_t> whole_or_null(SQLite::Database& base, const char* sql) {
  const auto column = base.execAndGet(sql);
  return column.isNull() ? std::nullopt : std::optional(column.getInt64());
}

/// The last record before the oldest block that has one from `oldest` on; nothing where none has.
std::optional<std::int64_t> end_before(SQLite::Database& base,
                                       std::chrono::system_clock::time_point oldest) {
  SQLite::Statement statement(
      base, "SELECT first - 1 FROM record_blocks WHERE to_us >= ? ORDER BY last LIMIT 1");
  statement.bind(1, to_microseconds(oldest));
  if (!statement.executeStep()) return std::nullopt;
  return statement.getColumn(0).getInt64();
}

} // namespace

struct records::state {
  SQLite::Database& base;
  record_limits limits;
  std::optional<chain_end> chain; ///< Looked up with the first batch, and after a failure.
  block_writer block;
  std::optional<record_gap> gap;

  /// Runs `work` in a transaction of its own. What failed has moved the chain's end for nothing.
  template <class Work>
  auto writing(const char* doing, Work work) -> decltype(work()) {
    auto answer = guarded(doing, [&] {
      SQLite::Transaction transaction(base, SQLite::TransactionBehavior::IMMEDIATE);
      if (!chain) chain.emplace(base);
      auto made = work();
      transaction.commit();
      return made;
    });
    block.clear();
    if (!answer) chain.reset();
    return answer;
  }

  void add_gap() {
    if (gap) add(block, *gap);
  }
};

records::records(database& base, const record_limits& limits)
    : state_(new state{base.handle(), limits, std::nullopt, {}, std::nullopt}) {}
records::records(records&&) noexcept = default;
records::~records() = default;

result<std::int64_t> records::append(std::span<const call_record> batch) {
  if (batch.empty()) return std::int64_t{0};
  auto& x = *state_;
  auto kept = x.writing("keeping records", [&]() -> result<std::int64_t> {
    x.add_gap();
    const auto secrets = known_secrets::here().all();
    way_maker make_way;
    std::size_t written = 0;
    for (const auto& record : batch) {
      if (written != 0) make_way(written);
      add(x.block, record, x.limits.text_bytes_max, *secrets);
      ++written;
      if (x.block.records() >= x.limits.block_records_max ||
          x.block.bytes().size() >= x.limits.block_bytes_max)
        x.chain->append(x.block);
    }
    const auto last = x.chain->append(x.block);
    note_trajectories(x.base, batch, last);
    return last;
  });
  if (kept)
    x.gap.reset();
  else
    lost(gap_of(batch, kept.failure().detail));
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
  auto& x = *state_;
  if (!x.gap) return done{};
  auto kept = x.writing("keeping a gap in the records", [&]() -> result<done> {
    x.add_gap();
    x.chain->append(x.block);
    return done{};
  });
  if (kept) x.gap.reset();
  return kept;
}

const std::optional<record_gap>& records::pending_gap() const noexcept {
  return state_->gap;
}

result<done> records::begin(std::chrono::system_clock::time_point now) {
  auto& x = *state_;
  return x.writing("beginning to record", [&]() -> result<done> {
    if (x.base.execAndGet("SELECT count(*) FROM recording").getInt() != 0) {
      const auto known = whole_or_null(x.base, "SELECT max(to_us) FROM (SELECT to_us FROM "
                                               "record_blocks ORDER BY last DESC LIMIT 1)");
      add(x.block, record_gap{0, known ? from_microseconds(*known) : now, now,
                              "the node was killed: calls that ended in its last 200 ms may be "
                              "missing"});
      x.chain->append(x.block);
    }
    x.base.exec("INSERT OR REPLACE INTO recording (id) VALUES (1)");
    return done{};
  });
}

result<done> records::end() {
  return guarded("ending to record", [&]() -> result<done> {
    state_->base.exec("DELETE FROM recording");
    return done{};
  });
}

result<std::uint64_t> records::count() {
  return guarded("counting records", [&]() -> result<std::uint64_t> {
    // Numbers count up by one and only the oldest are ever deleted: no need to walk the table.
    const auto first = whole_or_null(state_->base, first_sql);
    const auto last = whole_or_null(state_->base, last_sql);
    return first && last ? static_cast<std::uint64_t>(*last - *first + 1) : std::uint64_t{0};
  });
}

result<exported_records> records::export_ndjson(const record_query& query) {
  return guarded("exporting records", [&]() -> result<exported_records> {
    exported_records out;
    out.last = query.after;
    const auto& limits = state_->limits;
    const auto limit =
        query.limit == 0 ? limits.export_rows_max : std::min(query.limit, limits.export_rows_max);
    auto searched = select_records(state_->base, query, [&](const record_row& row) {
      if (out.count == limit || out.ndjson.size() >= limits.export_bytes_max) {
        out.more = true;
        return false;
      }
      append_line(out.ndjson, row);
      out.last = row.number;
      ++out.count;
      return true;
    });
    if (!searched) return searched.failure();
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
    std::vector<record_gap> out;
    record_query query;
    query.outcomes = mask_of(outcome_bit::gap);
    auto searched = select_records(state_->base, query, [&](const record_row& row) {
      if (out.size() < limit) out.push_back(gap_of(row));
      return out.size() < limit;
    });
    if (!searched) return searched.failure();
    return out;
  });
}

result<std::uint64_t> records::trim(std::uint64_t keep_max, std::uint64_t step_max,
                                    std::optional<std::chrono::system_clock::time_point> oldest) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  return guarded("deleting old records", [&]() -> result<std::uint64_t> {
    auto& base = state_->base;
    SQLite::Transaction transaction(base, SQLite::TransactionBehavior::IMMEDIATE);
    const auto end = whole_or_null(base, last_sql);
    const auto first = whole_or_null(base, first_sql);
    if (!end || !first) return std::uint64_t{0};
    const auto keep = static_cast<std::int64_t>(std::clamp(keep_max, std::uint64_t{1}, most));
    auto until = *end - keep;
    if (oldest) until = std::max(until, end_before(base, *oldest).value_or(*end));
    // The newest always stays, so that its number is never given again; and only the oldest go,
    // whatever their times say: the others' chain goes on from the last that went.
    until = std::min(
        {until, *end - 1, *first + static_cast<std::int64_t>(std::min(step_max, most / 2)) - 1});
    SQLite::Statement statement(base, "DELETE FROM record_blocks WHERE last <= ?");
    statement.bind(1, until);
    if (statement.exec() == 0) return std::uint64_t{0};
    trim_trajectories(base);
    const auto left = whole_or_null(base, first_sql); // The newest stays, so there is one.
    transaction.commit();
    return static_cast<std::uint64_t>(left.value_or(*end) - *first);
  });
}

} // namespace toolscore
