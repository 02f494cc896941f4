#include "store/move_records_io.hpp"

#include "store/record_chain_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

constexpr std::size_t block_records_max = 128;
constexpr std::size_t block_bytes_max = 128u << 10;

constexpr const char* calls_sql =
    "SELECT at_us, instance, attempt, queued_us, wire_us, total_us, arguments_cut, result_cut, "
    "admission, transport, rpc, tool_outcome, trajectory, task, trace, server, server_version, "
    "server_commit, principal, method, tool, failure, arguments, result FROM calls ORDER BY number";

outcome outcome_of(int value) {
  return value == 1 ? outcome::ok : value == 2 ? outcome::failed : outcome::not_reached;
}

/// The texts are good until the statement's next step.
record_row row_of(SQLite::Statement& statement) {
  record_row row;
  int column = 0;
  for (auto* x : {&row.at_us, &row.instance, &row.attempt, &row.queued_us, &row.wire_us,
                  &row.total_us, &row.arguments_cut, &row.result_cut})
    *x = statement.getColumn(column++).getInt64();
  for (auto* x : {&row.admission, &row.transport, &row.rpc, &row.tool_outcome})
    *x = outcome_of(statement.getColumn(column++).getInt());
  for (auto* x : {&row.trajectory, &row.task, &row.trace, &row.server, &row.server_version,
                  &row.server_commit, &row.principal, &row.method, &row.tool, &row.failure,
                  &row.arguments, &row.result}) {
    const auto text = statement.getColumn(column++);
    *x = {text.getText(), static_cast<std::size_t>(text.getBytes())};
  }
  return row;
}

} // namespace

void move_records(SQLite::Database& base) {
  const auto first = base.execAndGet("SELECT coalesce(min(number), 1) FROM calls").getInt64();
  chain_end chain(base, first);
  block_writer block;
  const auto add = [&](const record_row& row) {
    block.add(row);
    if (block.records() >= block_records_max || block.bytes().size() >= block_bytes_max)
      chain.append(block);
  };
  {
    SQLite::Statement calls(base, calls_sql);
    while (calls.executeStep()) add(row_of(calls));
    SQLite::Statement gaps(base, "SELECT count, from_us, to_us, reason FROM gaps ORDER BY number");
    while (gaps.executeStep()) {
      record_row row;
      row.gap = true;
      row.queued_us = gaps.getColumn(0).getInt64();
      row.at_us = gaps.getColumn(1).getInt64();
      row.total_us = gaps.getColumn(2).getInt64() - row.at_us;
      row.failure = gaps.getColumn(3).getText();
      add(row);
    }
  }
  chain.append(block);
  base.exec("DROP TABLE calls; DROP TABLE gaps;");
}

} // namespace toolscore
