#include "bench/samples.hpp"

#include <algorithm>
#include <cstdio>

namespace toolscore {
namespace {

bool same_figure(const sample& one, const std::string& metric, const std::string& subject) {
  return one.metric == metric && one.subject == subject;
}

std::vector<double> values_of(const std::vector<sample>& samples, const std::string& metric,
                              const std::string& subject) {
  std::vector<double> values;
  for (const auto& one : samples)
    if (same_figure(one, metric, subject)) values.push_back(one.value);
  return values;
}

std::vector<double> ratios_of(const std::vector<sample>& samples, const std::string& metric,
                              const std::string& subject, const std::string& base) {
  std::vector<double> ratios;
  for (const auto& mine : samples)
    for (const auto& other : samples)
      if (same_figure(mine, metric, subject) && same_figure(other, metric, base) &&
          mine.round == other.round && other.value > 0)
        ratios.push_back(mine.value / other.value);
  return ratios;
}

void judge(sample_row& row, const sample_limit& limit) {
  row.limited = true;
  row.limit = limit.max;
  row.limits_ratio = !limit.base.empty();
  const bool measured = !row.limits_ratio || row.ratio.max > 0;
  row.held = measured && (row.limits_ratio ? row.ratio : row.value).median <= limit.max;
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

} // namespace

std::vector<sample_row> summarize_samples(const std::vector<sample>& samples,
                                          const std::string& base,
                                          const std::vector<sample_limit>& limits) {
  std::vector<sample_row> rows;
  for (const auto& first : samples) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const sample_row& row) {
      return same_figure(first, row.metric, row.subject);
    });
    if (known) continue;
    sample_row row{first.metric, first.subject,
                   spread_of(values_of(samples, first.metric, first.subject))};
    if (row.subject != base)
      row.ratio = spread_of(ratios_of(samples, row.metric, row.subject, base));
    if (row.ratio.max > 0) row.base = base;
    for (const auto& limit : limits)
      if (limit.metric == row.metric && limit.subject == row.subject) judge(row, limit);
    rows.push_back(std::move(row));
  }
  for (const auto& limit : limits) {
    if (!values_of(samples, limit.metric, limit.subject).empty()) continue;
    sample_row row{limit.metric, limit.subject};
    judge(row, limit);
    row.held = false;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> violations(const std::vector<sample_row>& rows) {
  std::vector<std::string> found;
  for (const auto& row : rows)
    if (row.limited && !row.held && row.limits_ratio)
      found.push_back(formatted("%s: %s is %.2f x that of %s, the limit is %.2f",
                                row.subject.c_str(), row.metric.c_str(), row.ratio.median,
                                row.base.empty() ? "nothing" : row.base.c_str(), row.limit));
    else if (row.limited && !row.held)
      found.push_back(formatted("%s: %s is %.2f, the limit is %.2f", row.subject.c_str(),
                                row.metric.c_str(), row.value.median, row.limit));
  return found;
}

std::string to_table(const std::vector<sample_row>& rows) {
  std::string text = formatted("%-22s %-8s %12s  %-24s %-24s %s\n", "metric", "subject", "median",
                               "(min-max)", "ratio (min-max)", "limit");
  for (const auto& row : rows) {
    text +=
        formatted("%-22s %-8s %12.2f  %-24s ", row.metric.c_str(), row.subject.c_str(),
                  row.value.median, formatted("(%.2f-%.2f)", row.value.min, row.value.max).c_str());
    text += formatted("%-24s ", row.base.empty()
                                    ? ""
                                    : formatted("%.2f (%.2f-%.2f) x %s", row.ratio.median,
                                                row.ratio.min, row.ratio.max, row.base.c_str())
                                          .c_str());
    if (row.limited)
      text += formatted("%.2f%s %s", row.limit, row.limits_ratio ? " x" : "",
                        row.held ? "held" : "BEYOND");
    while (text.back() == ' ') text.pop_back();
    text += '\n';
  }
  return text;
}

} // namespace toolscore
