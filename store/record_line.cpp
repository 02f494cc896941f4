#include "store/record_line.hpp"

#include "store/wall_clock.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Writes members in order, with their commas.
class line {
public:
  explicit line(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) { raw(name, json_string(value)); }
  void whole(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }
  void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void raw(std::string_view name, std::string_view json) {
    if (out_.back() != '{') out_ += ',';
    ((out_ += '"') += name) += "\":";
    out_ += json;
  }
  void end() { out_ += "}\n"; }

private:
  std::string& out_;
};

/// The value for a stored text; `whole` becomes false where it had to become a string.
std::string embedded(std::string_view stored, bool cut, bool& whole) {
  if (stored.empty()) return "null";
  if (cut || !nlohmann::json::accept(stored)) {
    whole = false;
    return json_string(stored);
  }
  std::string out(stored);
  for (char& c : out)
    if (c == '\n' || c == '\r') c = ' '; // only between values: inside strings JSON escapes them
  return out;
}

void append_gap(std::string& out, const record_row& row) {
  std::string inner;
  line gap(inner);
  gap.raw("count", row.queued_us == 0 ? "null" : std::to_string(row.queued_us));
  gap.text("from", timestamp_text(row.at_us));
  gap.text("to", timestamp_text(row.at_us + row.total_us));
  gap.text("reason", row.failure);
  inner += '}';
  line members(out);
  members.whole("number", row.number);
  members.raw("gap", inner);
  if (row.imported) members.flag("imported", true);
  members.end();
}

} // namespace

void append_line(std::string& out, const record_row& row) {
  if (row.gap) return append_gap(out, row);
  bool whole = true;
  line members(out);
  members.whole("number", row.number);
  members.text("trajectory_id", row.trajectory);
  members.text("task_id", row.task);
  members.text("trace_id", row.trace);
  members.text("timestamp", timestamp_text(row.at_us));
  members.text("server", row.server);
  members.whole("instance", row.instance);
  members.text("server_version", row.server_version);
  members.text("server_commit", row.server_commit);
  members.text("principal", row.principal);
  members.text("method", row.method);
  members.text("tool", row.tool);
  members.raw("arguments", embedded(row.arguments, row.arguments_cut != 0, whole));
  members.raw("result", embedded(row.result, row.result_cut != 0, whole));
  if (!whole) members.flag("truncated", true);
  members.text("admission", to_string(row.admission));
  members.text("transport", to_string(row.transport));
  members.text("rpc", to_string(row.rpc));
  members.text("tool_outcome", to_string(row.tool_outcome));
  members.flag("success", row.success());
  if (row.needs_input()) members.flag("needs_input", true);
  members.text("failure", row.failure);
  if (row.ended) members.text("ended", to_string(*row.ended));
  members.whole("attempt", row.attempt);
  members.whole("queued_us", row.queued_us);
  members.whole("wire_us", row.wire_us);
  members.whole("total_us", row.total_us);
  if (row.imported) members.flag("imported", true);
  members.end();
}

} // namespace toolscore
