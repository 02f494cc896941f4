#include "store/record_search_io.hpp"

#include "store/record_chain_io.hpp"
#include "store/trajectories_io.hpp"

#include <algorithm>
#include <optional>

namespace toolscore {
namespace {

block_selection selection_of(const record_query& query) {
  block_selection which;
  which.after = query.after;
  if (!query.server.empty()) which.servers = mask_of(query.server);
  if (!query.tool.empty()) which.tools = mask_of(query.tool);
  which.outcomes = query.outcomes;
  which.since_us = query.since_us;
  which.before_us = query.before_us;
  return which;
}

} // namespace

result<done> select_records(SQLite::Database& base, const record_query& query,
                            const std::function<bool(const record_row&)>& use, bool imported) {
  auto which = selection_of(query);
  if (!query.trajectory.empty()) {
    const auto range = find_trajectory(base, query.trajectory);
    if (!range) return done{};
    which.after = std::max(which.after, range->first - 1);
    which.until = range->last;
  }
  std::optional<error> failure;
  each_block(base, which, [&](const stored_block& block) {
    block_reader reader(block.bytes, block.first);
    record_row row;
    while (reader.next(row))
      if (row.imported == imported && is_meant(query, row) && !use(row)) return false;
    if (!reader.broken()) return true;
    failure =
        error{errc::store_failed,
              "the records " + std::to_string(block.first) + " to " + std::to_string(block.last) +
                  " cannot be read: `toolscore trajectories verify` says what is damaged"};
    return false;
  });
  if (failure) return *failure;
  return done{};
}

} // namespace toolscore
