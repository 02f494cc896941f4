#include "node/cache_text.hpp"

#include "node/table.hpp"

#include <cstdio>

namespace toolscore {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

std::string servers_text(const install_use& x) {
  if (x.removable()) return "-";
  std::string text;
  for (const auto& name : x.servers) text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace

std::string rounded_size(std::uint64_t bytes) {
  constexpr const char* units[]{"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1'024 && unit + 1 < std::size(units); ++unit) size /= 1'024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
  return text;
}

std::string cache_text(const std::vector<install_use>& all, wall_time now, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  std::uint64_t bytes = 0;
  std::uint64_t unused = 0;
  for (const auto& x : all) {
    const auto& install = x.install;
    bytes += install.bytes;
    if (x.removable()) unused += install.bytes;
    rows.push_back({rounded_size(install.bytes),
                    age_text(duration_cast<milliseconds>(now - install.used)),
                    install.complete() ? install.from : "(never completed)", install.version,
                    servers_text(x), install.key});
  }
  const std::vector<table_column> columns{{"SIZE", alignment::right},
                                          {"USED", alignment::right},
                                          {"FROM"},
                                          {"VERSION"},
                                          {"SERVERS"},
                                          {"INSTALL"}};
  return table_text(columns, rows, width) + rounded_size(bytes) + " in " +
         std::to_string(all.size()) + ", " + rounded_size(unused) + " of it unused\n";
}

reply_json cache_json(const std::vector<install_use>& all) {
  auto list = reply_json::array();
  for (const auto& x : all)
    list.push_back(
        {{"key", x.install.key},
         {"from", x.install.from},
         {"version", x.install.version},
         {"bytes", x.install.bytes},
         {"used", duration_cast<milliseconds>(x.install.used.time_since_epoch()).count()},
         {"servers", x.servers},
         {"complete", x.install.complete()},
         {"image", x.install.image}});
  return {{"installs", std::move(list)}};
}

} // namespace toolscore
