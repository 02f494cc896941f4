#include "bench/figures.hpp"

#include <algorithm>
#include <cstdio>

namespace toolscore {
namespace {

bool same_load(const measurement& one, const measurement& other) {
  return one.spoken == other.spoken && one.connections == other.connections;
}

template <class Value>
spread spread_over(const std::vector<measurement>& chosen, Value value) {
  std::vector<double> values;
  for (const auto& each : chosen) values.push_back(value(each));
  return spread_of(std::move(values));
}

/// Fills in the comparison of the chosen measurements with those of `base` in the same rounds.
void compare(const std::vector<measurement>& all, const std::vector<measurement>& chosen,
             const std::string& base, summary_row& row) {
  std::vector<double> p50;
  std::vector<double> throughput;
  for (const auto& mine : chosen)
    for (const auto& other : all)
      if (other.target == base && other.round == mine.round && same_load(other, mine) &&
          other.p50_us > 0 && other.calls_per_s > 0) {
        p50.push_back(mine.p50_us / other.p50_us);
        throughput.push_back(mine.calls_per_s / other.calls_per_s);
      }
  if (p50.empty()) return;
  row.base = base;
  row.p50_ratio = spread_of(std::move(p50));
  row.throughput_ratio = spread_of(std::move(throughput));
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

std::string ratio_text(const spread& ratio) {
  return formatted("%.2f (%.2f-%.2f)", ratio.median, ratio.min, ratio.max);
}

} // namespace

spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

std::vector<summary_row> summarize(const std::vector<measurement>& measurements) {
  std::vector<summary_row> rows;
  for (const auto& first : measurements) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const summary_row& row) {
      return row.spoken == first.spoken && row.connections == first.connections &&
             row.target == first.target;
    });
    if (known) continue;
    std::vector<measurement> chosen;
    for (const auto& each : measurements)
      if (same_load(each, first) && each.target == first.target) chosen.push_back(each);
    summary_row row{first.spoken, first.connections, first.target};
    row.p50_us = spread_over(chosen, [](const auto& x) { return x.p50_us; });
    row.p99_us = spread_over(chosen, [](const auto& x) { return x.p99_us; });
    row.calls_per_s = spread_over(chosen, [](const auto& x) { return x.calls_per_s; });
    row.processor_us = spread_over(chosen, [](const auto& x) { return x.processor_us; });
    row.max_us = spread_over(chosen, [](const auto& x) { return x.max_us; }).max;
    const bool judged = first.target != pingpong_name && first.target != floor_name;
    if (first.target != pingpong_name)
      compare(measurements, chosen, judged ? floor_name : pingpong_name, row);
    rows.push_back(row);
    if (!judged || first.target == path_name) continue;
    row.base.clear();
    compare(measurements, chosen, path_name, row);
    if (!row.base.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> violations(const std::vector<summary_row>& rows,
                                    const bench_limits& limits) {
  std::vector<std::string> found;
  const auto beyond = [&](const summary_row& row, const char* what, double is, double limit) {
    found.push_back(formatted("%s, %s, %zu connections: %s is %.2f x that of %s, the limit is %.2f",
                              row.target.c_str(), to_string(row.spoken), row.connections, what, is,
                              row.base.c_str(), limit));
  };
  for (const auto& row : rows) {
    if (row.base.empty() || row.target == path_name || row.target == unrecorded_name) continue;
    const bool single = row.connections == 1;
    const double p50_max = row.target == floor_name ? limits.floor_ratio_max : limits.p50_ratio_max;
    if (single && row.p50_ratio.median > p50_max) beyond(row, "p50", row.p50_ratio.median, p50_max);
    const double throughput_min =
        row.base == path_name ? limits.path_throughput_ratio_min : limits.throughput_ratio_min;
    if (!single && row.target != floor_name && row.throughput_ratio.median < throughput_min)
      beyond(row, "throughput", row.throughput_ratio.median, throughput_min);
  }
  return found;
}

std::vector<recording_cost> recording_costs(const std::vector<measurement>& measurements) {
  std::vector<recording_cost> costs;
  std::vector<std::vector<double>> ratios;
  for (const auto& mine : measurements)
    for (const auto& other : measurements) {
      if (mine.target != node_name || other.target != unrecorded_name ||
          other.round != mine.round || !same_load(other, mine) || other.processor_us <= 0)
        continue;
      const auto at = std::find_if(costs.begin(), costs.end(), [&](const auto& x) {
        return x.spoken == mine.spoken && x.connections == mine.connections;
      });
      const auto index = static_cast<std::size_t>(at - costs.begin());
      if (at == costs.end()) {
        costs.push_back({mine.spoken, mine.connections});
        ratios.emplace_back();
      }
      ratios[index].push_back(mine.processor_us / other.processor_us);
    }
  for (std::size_t i = 0; i < costs.size(); ++i) costs[i].ratio = spread_of(std::move(ratios[i]));
  return costs;
}

std::vector<std::string> violations(const std::vector<recording_cost>& costs,
                                    const bench_limits& limits) {
  std::vector<std::string> found;
  for (const auto& x : costs)
    if (x.ratio.median > limits.recording_ratio_max)
      found.push_back(formatted("recording, %s, %zu connections: processor time a call is %.2f x "
                                "that without, the limit is %.2f",
                                to_string(x.spoken), x.connections, x.ratio.median,
                                limits.recording_ratio_max));
  return found;
}

std::string to_text(const std::vector<recording_cost>& costs) {
  std::string text;
  for (const auto& x : costs)
    text += formatted("recording: %s, %zu connections: %s x the processor time a call\n",
                      to_string(x.spoken), x.connections, ratio_text(x.ratio).c_str());
  return text;
}

std::string to_table(const std::vector<summary_row>& rows) {
  std::string text = formatted("%-7s %5s  %-12s %8s %9s %9s %9s %8s  %-9s %-18s %s\n", "era",
                               "conns", "target", "p50 us", "p99 us", "max us", "calls/s", "cpu us",
                               "against", "p50 ratio", "throughput ratio");
  for (const auto& row : rows) {
    text += formatted("%-7s %5zu  %-12s %8.1f %9.1f %9.0f %9.0f %8s", to_string(row.spoken),
                      row.connections, row.target.c_str(), row.p50_us.median, row.p99_us.median,
                      row.max_us, row.calls_per_s.median,
                      row.processor_us.max > 0 ? formatted("%.1f", row.processor_us.median).c_str()
                                               : "");
    if (!row.base.empty())
      text += formatted("  %-9s %-18s %s", row.base.c_str(), ratio_text(row.p50_ratio).c_str(),
                        ratio_text(row.throughput_ratio).c_str());
    text += '\n';
  }
  return text;
}

} // namespace toolscore
