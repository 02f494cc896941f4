#include "node/record_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "node/table.hpp"
#include "node/wall_time.hpp"

#include <algorithm>
#include <functional>

namespace toolscore {
namespace {

void each_object(std::string_view ndjson, const std::function<void(const reply_json&)>& use) {
  while (!ndjson.empty()) {
    const auto end = ndjson.find('\n');
    if (const auto value = parse_reply(ndjson.substr(0, end)); value && value->is_object())
      use(*value);
    ndjson.remove_prefix(end == ndjson.npos ? ndjson.size() : end + 1);
  }
}

/// The first of two members that is there.
std::string either(const reply_json& object, std::string_view first, std::string_view second) {
  auto text = text_of(object, first);
  return text.empty() ? text_of(object, second) : text;
}

std::string outcome_text(const reply_json& record) {
  if (member_of(record, "success") == true) return "ok";
  if (member_of(record, "needs_input") == true) return "needs input";
  const auto& outcomes = member_of(record, "outcomes");
  const auto& from = outcomes.is_object() ? outcomes : record;
  for (const auto* step : {"admission", "transport", "rpc", "tool_outcome"})
    if (text_of(from, step) == "failed") return std::string("failed: ") + step;
  return "failed";
}

} // namespace

std::string events_text(std::string_view ndjson) {
  std::string out;
  each_object(ndjson, [&](const reply_json& event) {
    std::string line = clock_text(member_of(event, "at")) + " " + text_of(event, "number") + " " +
                       text_of(event, "kind");
    if (const auto server = text_of(event, "server"); !server.empty()) line += " " + server;
    const auto& fields = member_of(event, "fields");
    if (fields.is_object())
      for (const auto& [key, value] : fields.items()) {
        const auto text = text_of(fields, key);
        if (text.empty()) continue;
        const bool plain = text.find(' ') == text.npos;
        line += " " + key + "=" + (plain ? text : "\"" + text + "\"");
      }
    out += printable(line) + "\n";
  });
  return out;
}

std::int64_t last_number(std::string_view ndjson, std::int64_t before) {
  each_object(ndjson, [&](const reply_json& object) {
    before = std::max(before, number_of(object, "number"));
  });
  return before;
}

std::string trajectories_text(std::string_view ndjson, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  each_object(ndjson, [&](const reply_json& record) {
    if (const auto& gap = member_of(record, "gap"); gap.is_object()) {
      const auto count = text_of(gap, "count");
      rows.push_back({text_of(record, "number"), text_of(gap, "from"), "", "",
                      (count.empty() ? std::string("some") : count) + " missing", "",
                      text_of(gap, "reason")});
      return;
    }
    rows.push_back({text_of(record, "number"), either(record, "at", "timestamp"),
                    text_of(record, "server"), text_of(record, "tool"), outcome_text(record),
                    either(record, "trajectory", "trajectory_id"), text_of(record, "failure")});
  });
  if (rows.empty()) return "no recorded calls\n";
  return table_text({{"NUMBER", alignment::right},
                     {"AT"},
                     {"SERVER"},
                     {"TOOL"},
                     {"OUTCOME"},
                     {"TRAJECTORY"},
                     {"FAILURE"}},
                    rows, width);
}

tools_answer tools_text(std::string_view body, std::string_view server, bool json,
                        std::size_t width) {
  tools_answer answer;
  const auto value = parse_reply(body);
  if (!value) return answer;
  const auto& tools = value->is_array() ? *value : member_of(*value, "tools");
  if (!tools.is_array()) return answer;
  answer.readable = true;
  auto kept = reply_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& tool : tools) {
    if (!server.empty() && text_of(tool, "server") != server) continue;
    const auto& definition = member_of(tool, "definition");
    const auto description = either(definition, "description", "title");
    rows.push_back({text_of(tool, "server"), either(tool, "original", "name"),
                    description.substr(0, description.find('\n'))});
    kept.push_back(tool);
  }
  answer.count = rows.size();
  if (json)
    answer.text = compact(kept) + "\n";
  else if (rows.empty())
    answer.text = "no tools\n";
  else
    answer.text = table_text({{"SERVER"}, {"TOOL"}, {"DESCRIPTION"}}, rows, width);
  return answer;
}

} // namespace toolscore
