#include "node/records/statistics_text.hpp"

#include "node/reply_json.hpp"
#include "node/table.hpp"

#include <cstdio>
#include <utility>

namespace toolscore {
namespace {

/// "230us", "4.1ms", "12s".
std::string time_text(std::int64_t us) {
  char text[32];
  if (us < 1'000)
    std::snprintf(text, sizeof text, "%dus", static_cast<int>(us));
  else if (us < 1'000'000)
    std::snprintf(text, sizeof text, "%.1fms", static_cast<double>(us) / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1fs", static_cast<double>(us) / 1e6);
  return text;
}

/// "2 transport, 1 tool"; empty where none failed.
std::string failures_text(const tool_statistics& x) {
  std::string out;
  for (const auto& [name, count] : {std::pair{"admission", x.admission},
                                    {"transport", x.transport},
                                    {"rpc", x.rpc},
                                    {"tool", x.tool_failed}})
    if (count != 0) out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  return out;
}

} // namespace

std::string statistics_text(const record_statistics& counted, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& x : counted.tools())
    rows.push_back({x.server.empty() ? "-" : x.server, x.tool.empty() ? "-" : x.tool,
                    std::to_string(x.calls), std::to_string(x.success),
                    std::to_string(x.needs_input), time_text(x.p50_us), time_text(x.p95_us),
                    time_text(x.p99_us), time_text(x.max_us), failures_text(x)});
  std::string out = rows.empty() ? "no recorded calls\n"
                                 : table_text({{"SERVER"},
                                               {"TOOL"},
                                               {"CALLS", alignment::right},
                                               {"SUCCESS", alignment::right},
                                               {"NEED INPUT", alignment::right},
                                               {"P50", alignment::right},
                                               {"P95", alignment::right},
                                               {"P99", alignment::right},
                                               {"MAX", alignment::right},
                                               {"FAILED"}},
                                              rows, width);
  if (counted.gaps() != 0)
    out += std::to_string(counted.gaps()) +
           " gaps: calls are missing; `toolscore trajectories` shows where\n";
  if (counted.others() != 0)
    out += std::to_string(counted.others()) + " calls of further tools; select with --server\n";
  return out;
}

std::string statistics_json(const record_statistics& counted) {
  auto tools = reply_json::array();
  for (const auto& x : counted.tools())
    tools.push_back({{"server", x.server},
                     {"tool", x.tool},
                     {"calls", x.calls},
                     {"success", x.success},
                     {"admission_failed", x.admission},
                     {"transport_failed", x.transport},
                     {"rpc_failed", x.rpc},
                     {"tool_failed", x.tool_failed},
                     {"needs_input", x.needs_input},
                     {"p50_us", x.p50_us},
                     {"p95_us", x.p95_us},
                     {"p99_us", x.p99_us},
                     {"max_us", x.max_us}});
  return compact({{"tools", tools}, {"gaps", counted.gaps()}, {"others", counted.others()}}) + "\n";
}

} // namespace toolscore
