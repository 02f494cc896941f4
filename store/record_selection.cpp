#include "store/record_selection.hpp"

#include <utility>

namespace toolscore {

std::optional<std::uint64_t> outcomes_of(std::string_view word) noexcept {
  using enum outcome_bit;
  if (word == "failed")
    return mask_of(admission) | mask_of(transport) | mask_of(rpc) | mask_of(tool);
  for (const auto& [name, bit] : {std::pair{"success", success},
                                  {"needs_input", needs_input},
                                  {"admission", admission},
                                  {"transport", transport},
                                  {"rpc", rpc},
                                  {"tool", tool}})
    if (word == name) return mask_of(bit);
  return std::nullopt;
}

result<record_query> query_of(const trajectory_query& asked) {
  record_query query;
  query.server = asked.server;
  query.tool = asked.tool;
  query.trajectory = asked.trajectory;
  query.after = asked.after;
  query.limit = asked.limit;
  query.since_us = asked.since_us;
  query.before_us = asked.before_us;
  if (asked.outcome.empty()) return query;
  const auto outcomes = outcomes_of(asked.outcome);
  if (!outcomes)
    return error{errc::bad_request,
                 "outcome is success, failed, needs_input, admission, transport, rpc or tool"};
  query.outcomes = *outcomes;
  return query;
}

bool is_meant(const record_query& query, const record_row& row) noexcept {
  if (row.number <= query.after) return false;
  if (query.since_us && row.at_us + (row.gap ? row.total_us : 0) < *query.since_us) return false;
  if (query.before_us && row.at_us >= *query.before_us) return false;
  if (query.outcomes != 0 && (query.outcomes & mask_of(outcome_of(row))) == 0) return false;
  if (!query.trajectory.empty() && row.trajectory != query.trajectory) return false;
  if (row.gap) return true;
  return (query.server.empty() || row.server == query.server) &&
         (query.tool.empty() || row.tool == query.tool);
}

} // namespace toolscore
