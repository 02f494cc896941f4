#include "store/crashes_io.hpp"

#include "store/crash_row.hpp"
#include "store/failure_io.hpp"
#include "store/wall_clock.hpp"

#include <algorithm>
#include <set>
#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint32_t find_max = 1'000;

constexpr const char* put_text =
    "INSERT INTO crashes (at_us, server, instance, pid, kind, reason, signaled, status, "
    "core_dumped, out_of_memory, memory_limit_bytes, user_us, system_us, memory_max_bytes, "
    "major_faults, uptime_ms, was_ready, in_flight, calls, log, attempt, delay_ms) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21, ?22 WHERE EXISTS (SELECT 1 FROM servers WHERE name = ?2)";

constexpr const char* find_text =
    "SELECT number, at_us, server, instance, pid, kind, reason, signaled, status, core_dumped, "
    "out_of_memory, memory_limit_bytes, user_us, system_us, memory_max_bytes, major_faults, "
    "uptime_ms, was_ready, in_flight, calls, log, attempt, delay_ms FROM crashes "
    "WHERE number < ?1";

std::int64_t whole(std::uint64_t x) {
  return static_cast<std::int64_t>(x);
}

/// The columns of the exit stay NULL where there was none.
void bind_exit(SQLite::Statement& statement, const process_exit& exit) {
  statement.bind(7, exit.signaled ? 1 : 0);
  statement.bind(8, exit.status);
  statement.bind(9, exit.core_dumped ? 1 : 0);
  statement.bind(10, exit.out_of_memory ? 1 : 0);
  statement.bind(11, whole(exit.memory_limit_bytes));
  statement.bind(12, static_cast<std::int64_t>(exit.usage.user_time.count()));
  statement.bind(13, static_cast<std::int64_t>(exit.usage.system_time.count()));
  statement.bind(14, whole(exit.usage.memory_max_bytes));
  statement.bind(15, whole(exit.usage.major_faults));
}

void insert(SQLite::Statement& statement, const crash_report& x) {
  statement.bind(1, to_microseconds(x.at));
  statement.bind(2, x.server.value);
  statement.bind(3, whole(x.instance));
  statement.bind(4, x.pid);
  statement.bind(5, x.kind);
  statement.bind(6, x.reason);
  if (x.exit) bind_exit(statement, *x.exit);
  if (x.uptime) statement.bind(16, static_cast<std::int64_t>(x.uptime->count()));
  statement.bind(17, x.was_ready ? 1 : 0);
  statement.bind(18, static_cast<std::int64_t>(x.in_flight));
  statement.bind(19, row_text(x.calls));
  statement.bind(20, row_text(x.log));
  statement.bind(21, static_cast<std::int64_t>(x.attempt));
  if (x.delay) statement.bind(22, static_cast<std::int64_t>(x.delay->count()));
  statement.exec();
  statement.reset();
  statement.clearBindings();
}

crash_report row_of(SQLite::Statement& statement) {
  const auto text = [&](int at) { return statement.getColumn(at).getString(); };
  const auto number = [&](int at) { return statement.getColumn(at).getInt64(); };
  const auto there = [&](int at) { return !statement.getColumn(at).isNull(); };
  crash_report x;
  x.number = number(0);
  x.at = from_microseconds(number(1));
  x.server.value = text(2);
  x.instance = static_cast<std::uint64_t>(number(3));
  x.pid = number(4);
  x.kind = text(5);
  x.reason = text(6);
  if (there(8)) {
    auto& exit = x.exit.emplace();
    exit.signaled = number(7) != 0;
    exit.status = static_cast<int>(number(8));
    exit.core_dumped = number(9) != 0;
    exit.out_of_memory = number(10) != 0;
    exit.memory_limit_bytes = static_cast<std::uint64_t>(number(11));
    exit.usage.user_time = microseconds{number(12)};
    exit.usage.system_time = microseconds{number(13)};
    exit.usage.memory_max_bytes = static_cast<std::uint64_t>(number(14));
    exit.usage.major_faults = static_cast<std::uint64_t>(number(15));
  }
  if (there(16)) x.uptime = milliseconds{number(16)};
  x.was_ready = number(17) != 0;
  x.in_flight = static_cast<std::uint32_t>(number(18));
  x.calls = read_lost_calls(text(19));
  x.log = read_lines(text(20));
  x.attempt = static_cast<std::uint32_t>(number(21));
  if (there(22)) x.delay = milliseconds{number(22)};
  return x;
}

} // namespace

result<done> crashes::put(std::span<const crash_report> reports) {
  if (reports.empty()) return done{};
  return guarded("keeping crash reports", [&]() -> result<done> {
    SQLite::Transaction all(base_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement statement(base_, put_text);
    for (const auto& report : reports) insert(statement, report);
    trim(reports);
    all.commit();
    return done{};
  });
}

/// Rows go from the middle too, so a bound is a count of rows and no difference of numbers.
void crashes::trim(std::span<const crash_report> put) {
  SQLite::Statement of_one(
      base_, "DELETE FROM crashes WHERE server = ?1 AND number <= (SELECT number FROM crashes "
             "WHERE server = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)");
  std::set<server_id> servers;
  for (const auto& report : put) {
    if (!servers.insert(report.server).second) continue;
    of_one.bind(1, report.server.value);
    of_one.bind(2, whole(bounds_.server_rows_max));
    of_one.exec();
    of_one.reset();
  }
  // Counted in the index, which is small; the table is read only where something is to go.
  const auto rows = base_.execAndGet("SELECT count(*) FROM crashes").getInt64();
  if (rows <= whole(bounds_.rows_max)) return;
  SQLite::Statement of_all(base_, "DELETE FROM crashes WHERE number IN "
                                  "(SELECT number FROM crashes ORDER BY number LIMIT ?1)");
  of_all.bind(1, rows - whole(bounds_.rows_max));
  of_all.exec();
}

result<std::vector<crash_report>> crashes::find(const crash_query& query) {
  return guarded("reading the crash reports", [&]() -> result<std::vector<crash_report>> {
    const auto& server = query.server.value;
    if (!server.empty()) {
      SQLite::Statement defined(base_, "SELECT 1 FROM servers WHERE name = ?");
      defined.bind(1, server);
      if (!defined.executeStep())
        return error{errc::unknown_server,
                     "there is no server \"" + server + "\"; `toolscore ps` lists them"};
    }
    SQLite::Statement statement(base_, std::string(find_text) +
                                           (server.empty() ? "" : " AND server = ?3") +
                                           " ORDER BY number DESC LIMIT ?2");
    statement.bind(1, query.before == 0 ? INT64_MAX : query.before);
    statement.bind(2, static_cast<std::int64_t>(std::min(query.limit, find_max)));
    if (!server.empty()) statement.bind(3, server);
    std::vector<crash_report> out;
    while (statement.executeStep()) out.push_back(row_of(statement));
    return out;
  });
}

result<done> crashes::remove(const server_id& server) {
  return guarded("removing the crash reports of " + server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, "DELETE FROM crashes WHERE server = ?");
    statement.bind(1, server.value);
    statement.exec();
    return done{};
  });
}

result<done> crashes::keep_defined() {
  return guarded("removing crash reports of servers that are gone", [&]() -> result<done> {
    base_.exec("DELETE FROM crashes WHERE server NOT IN (SELECT name FROM servers)");
    return done{};
  });
}

} // namespace toolscore
