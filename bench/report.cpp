#include "bench/report.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

json to_json(const spread& x) {
  return {{"median", x.median}, {"min", x.min}, {"max", x.max}};
}

json to_json(const measurement& x) {
  return {{"round", x.round},
          {"era", to_string(x.spoken)},
          {"connections", x.connections},
          {"target", x.target},
          {"calls", x.calls},
          {"p50_us", x.p50_us},
          {"p99_us", x.p99_us},
          {"max_us", x.max_us},
          {"calls_per_s", x.calls_per_s},
          {"processor_us", x.processor_us}};
}

json to_json(const summary_row& x) {
  json row{{"era", to_string(x.spoken)},
           {"connections", x.connections},
           {"target", x.target},
           {"p50_us", to_json(x.p50_us)},
           {"p99_us", to_json(x.p99_us)},
           {"max_us", x.max_us},
           {"calls_per_s", to_json(x.calls_per_s)},
           {"processor_us", to_json(x.processor_us)}};
  if (!x.base.empty()) {
    row["against"] = x.base;
    row["p50_ratio"] = to_json(x.p50_ratio);
    row["throughput_ratio"] = to_json(x.throughput_ratio);
  }
  return row;
}

} // namespace

std::string calls_report(const machine_facts& machine, const std::string& commit,
                         const calls_options& options, const calls_outcome& outcome,
                         const std::vector<summary_row>& rows,
                         const std::vector<std::string>& beyond) {
  json report{{"scenario", "calls"}, {"commit", commit}};
  report["machine"] = {{"processor", machine.processor},
                       {"kernel", machine.kernel},
                       {"cores", machine.cores},
                       {"load_average", machine.load_average}};
  report["options"] = {{"rounds", options.rounds},
                       {"duration_ms", options.duration.count()},
                       {"warm_up_ms", options.warm_up.count()},
                       {"text_bytes", options.text_bytes},
                       {"floor_writes_each", options.write_each},
                       {"legacy_server", options.legacy_server}};
  report["summary"] = json::array();
  for (const auto& row : rows) report["summary"].push_back(to_json(row));
  report["violations"] = beyond;
  report["resident_kib"] = outcome.resident_kib;
  report["measurements"] = json::array();
  for (const auto& each : outcome.measurements) report["measurements"].push_back(to_json(each));
  return report.dump(2) + '\n';
}

} // namespace toolscore
