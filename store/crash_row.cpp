#include "store/crash_row.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using nlohmann::json;

/// What a server or a caller wrote need not be UTF-8.
std::string dumped(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parsed(std::string_view text) {
  auto x = json::parse(text.begin(), text.end(), nullptr, false);
  return x.is_array() ? x : json::array();
}

} // namespace

std::string row_text(const std::vector<lost_call>& calls) {
  auto list = json::array();
  for (const auto& x : calls) list.push_back({x.method, x.tool, x.id, x.trajectory});
  return dumped(list);
}

std::string row_text(const std::vector<std::string>& lines) {
  return dumped(json(lines));
}

std::vector<lost_call> read_lost_calls(std::string_view text) {
  std::vector<lost_call> calls;
  for (const auto& row : parsed(text)) {
    if (!row.is_array() || row.size() != 4) continue;
    const auto part = [&](std::size_t at) {
      return row[at].is_string() ? row[at].get<std::string>() : std::string();
    };
    calls.push_back({part(0), part(1), part(2), part(3)});
  }
  return calls;
}

std::vector<std::string> read_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& line : parsed(text))
    if (line.is_string()) lines.push_back(line.get<std::string>());
  return lines;
}

} // namespace toolscore
