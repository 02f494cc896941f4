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

json to_json(const machine_facts& x) {
  return {{"processor", x.processor},
          {"kernel", x.kernel},
          {"cores", x.cores},
          {"load_average", x.load_average}};
}

json to_json(const sample_row& x) {
  json row{{"metric", x.metric}, {"subject", x.subject}, {"value", to_json(x.value)}};
  if (!x.base.empty()) {
    row["against"] = x.base;
    row["ratio"] = to_json(x.ratio);
  }
  if (x.limited) {
    row[x.limits_ratio ? "ratio_max" : "value_max"] = x.limit;
    row["held"] = x.held;
  }
  return row;
}

} // namespace

std::string calls_report(const machine_facts& machine, const std::string& commit,
                         const calls_options& options, const calls_outcome& outcome,
                         const std::vector<summary_row>& rows,
                         const std::vector<std::string>& beyond) {
  json report{{"scenario", "calls"}, {"commit", commit}};
  report["machine"] = to_json(machine);
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

std::string samples_report(const std::string& scenario, const machine_facts& machine,
                           const std::string& commit, const std::map<std::string, double>& options,
                           const std::vector<sample>& samples,
                           const std::vector<sample_row>& rows) {
  json report{{"scenario", scenario}, {"commit", commit}, {"machine", to_json(machine)}};
  report["options"] = options;
  report["summary"] = json::array();
  for (const auto& row : rows) report["summary"].push_back(to_json(row));
  report["violations"] = violations(rows);
  report["samples"] = json::array();
  for (const auto& one : samples)
    report["samples"].push_back({{"round", one.round},
                                 {"subject", one.subject},
                                 {"metric", one.metric},
                                 {"value", one.value}});
  return report.dump(2) + '\n';
}

} // namespace toolscore
