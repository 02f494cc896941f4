#include "node/crash_lines.hpp"

#include "node/printable.hpp"

#include <cstdio>

namespace toolscore {
namespace {

void append_line(std::string& out, std::string_view title, const std::string& text) {
  if (text.empty()) return;
  out += "  ";
  out += title;
  out.append(title.size() < 10 ? 10 - title.size() : 1, ' ');
  out += printable(text) + "\n";
}

/// "65 MiB", "12 KiB": rounded, for a look.
std::string rough_size(std::int64_t bytes) {
  if (bytes >= 1 << 20) return std::to_string((bytes + (1 << 19)) >> 20) + " MiB";
  return std::to_string((bytes + 512) >> 10) + " KiB";
}

/// "850 ms", then "12.3 s", then "3m12s".
std::string time_text(std::int64_t ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  if (ms >= 60'000) return age_text(std::chrono::milliseconds{ms});
  char text[24];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ms) / 1'000);
  return text;
}

std::string instance_text(const reply_json& x) {
  auto text = text_of(x, "instance");
  if (const auto pid = number_of(x, "pid"); pid != 0) text += ", pid " + std::to_string(pid);
  if (member_of(x, "uptime_ms").is_null()) return text + ", never ran";
  text += ", up " + time_text(number_of(x, "uptime_ms"));
  return text + (member_of(x, "was_ready") == true ? ", had been ready" : ", was never ready");
}

std::string usage_text(const reply_json& x) {
  const auto& usage = member_of(x, "usage");
  if (!usage.is_object()) return {};
  const auto memory = number_of(usage, "memory_max_bytes");
  const auto cpu = number_of(usage, "user_ms") + number_of(usage, "system_ms");
  if (memory == 0 && cpu == 0) return {};
  return time_text(cpu) + " of processor time, " + rough_size(memory) + " in its largest process";
}

std::string call_text(const reply_json& x) {
  auto text = text_of(x, "tool");
  if (text.empty()) text = text_of(x, "method");
  text += " (id " + text_of(x, "id");
  if (const auto name = text_of(x, "trajectory"); !name.empty()) text += ", trajectory " + name;
  return text + ")";
}

std::string calls_text(const reply_json& x) {
  const auto count = number_of(x, "in_flight");
  if (count == 0) return "no call was lost";
  std::string text = std::to_string(count) + (count == 1 ? " call: " : " calls: ");
  std::int64_t told = 0;
  const auto& calls = member_of(x, "calls");
  if (calls.is_array())
    for (const auto& call : calls) text += (told++ == 0 ? "" : ", ") + call_text(call);
  if (told < count) text += (told == 0 ? "not named" : " and more");
  return text;
}

std::string next_text(const reply_json& x) {
  if (member_of(x, "delay_ms").is_null()) return "no restart was planned";
  const auto delay = number_of(x, "delay_ms");
  return "restart " + text_of(x, "attempt") + " in a row, " +
         (delay == 0 ? "at once" : "after " + time_text(delay));
}

std::string_view last_line(std::string_view log) {
  if (log.ends_with('\n')) log.remove_suffix(1);
  const auto newline = log.rfind('\n');
  return newline == log.npos ? log : log.substr(newline + 1);
}

} // namespace

std::optional<reply_json> last_crash(std::string_view body) {
  const auto value = parse_reply(body);
  if (!value) return std::nullopt;
  const auto& list = member_of(*value, "crashes");
  if (!list.is_array()) return std::nullopt;
  if (list.empty()) return reply_json();
  return list.front().is_object() ? std::optional<reply_json>(list.front()) : std::nullopt;
}

std::string crash_lines(const reply_json& report, std::string_view log, wall_time now) {
  if (report.is_string())
    return "last crash not known: " + printable(report.get<std::string>()) + "\n";
  if (!report.is_object()) return "last crash no crash recorded\n";
  const auto age = age_of(member_of(report, "at"), now);
  std::string out = "last crash " +
                    printable((age == "-" ? "" : age + " ago: ") + text_of(report, "reason")) +
                    "\n";
  append_line(out, "instance", instance_text(report));
  append_line(out, "used", usage_text(report));
  append_line(out, "in flight", calls_text(report));
  append_line(out, "then", next_text(report));
  const auto& lines = member_of(report, "log");
  if (!lines.is_array() || lines.empty()) return out;
  if (lines.back().is_string() && lines.back() == std::string(last_line(log))) return out;
  out += "  its last log lines:\n";
  for (const auto& line : lines)
    if (line.is_string()) out += "    " + printable(line.get<std::string>()) + "\n";
  return out;
}

} // namespace toolscore
