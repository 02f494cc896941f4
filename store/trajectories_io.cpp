#include "store/trajectories_io.hpp"

#include "store/kept_text.hpp"

#include <algorithm>
#include <map>
#include <SQLiteCpp/SQLiteCpp.h>
#include <string_view>

namespace toolscore {
namespace {

trajectory_summary row_of(SQLite::Statement& statement) {
  return {statement.getColumn(0).getString(), statement.getColumn(1).getInt64(),
          statement.getColumn(2).getInt64(),
          static_cast<std::uint64_t>(statement.getColumn(3).getInt64())};
}

struct part {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t count = 0;
};

} // namespace

void note_trajectories(SQLite::Database& base, std::span<const call_record> batch,
                       std::int64_t last) {
  std::vector<std::string_view> names;
  names.reserve(batch.size());
  for (const auto& record : batch)
    names.push_back(cut_text(record.ids.trajectory, record_limits::name_bytes_max));
  note_trajectories(base, std::span<const std::string_view>(names), last);
}

void note_trajectories(SQLite::Database& base, std::span<const std::string_view> names,
                       std::int64_t last) {
  std::map<std::string_view, part> found;
  std::int64_t number = last - static_cast<std::int64_t>(names.size());
  for (const auto name : names) {
    ++number;
    if (name.empty()) continue;
    auto& entry = found[name];
    if (entry.count++ == 0) entry.first = number;
    entry.last = number;
  }
  if (found.empty()) return;
  SQLite::Statement statement(
      base, "INSERT INTO trajectories (name, first, last, count) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (name) DO UPDATE SET last = ?3, count = count + ?4");
  for (const auto& [name, entry] : found) {
    statement.reset();
    statement.bind(1, std::string(name));
    statement.bind(2, entry.first);
    statement.bind(3, entry.last);
    statement.bind(4, entry.count);
    statement.exec();
  }
}

std::optional<trajectory_summary> find_trajectory(SQLite::Database& base, const std::string& name) {
  SQLite::Statement statement(base,
                              "SELECT name, first, last, count FROM trajectories WHERE name = ?");
  statement.bind(1, name);
  if (!statement.executeStep()) return std::nullopt;
  return row_of(statement);
}

std::vector<trajectory_summary> list_trajectories(SQLite::Database& base, std::size_t limit) {
  SQLite::Statement statement(base, "SELECT name, first, last, count FROM trajectories "
                                    "ORDER BY last DESC LIMIT ?");
  statement.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000)));
  std::vector<trajectory_summary> out;
  while (statement.executeStep()) out.push_back(row_of(statement));
  return out;
}

void trim_trajectories(SQLite::Database& base) {
  base.exec("DELETE FROM trajectories WHERE last < "
            "(SELECT first FROM record_blocks ORDER BY last LIMIT 1)");
}

} // namespace toolscore
