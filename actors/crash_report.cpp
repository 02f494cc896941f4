#include "actors/crash_report.hpp"

#include "store/kept_text.hpp"
#include "store/redact.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

std::string cut_to(std::string text, std::size_t bytes_max) {
  text.resize(cut_text(text, bytes_max).size());
  return text;
}

lost_call told(const call_request& request, std::size_t bytes_max) {
  lost_call call;
  call.method = cut_to(request.method, bytes_max);
  call.tool = cut_to(request.tool, bytes_max);
  if (request.body) call.id = cut_to(std::string(request.spans.id.of(*request.body)), bytes_max);
  call.trajectory = cut_to(request.ids.trajectory, bytes_max);
  return call;
}

} // namespace

std::string line_without_secrets(std::string_view line, std::size_t bytes_max) {
  auto hidden = redact(line);
  auto told = known_secrets::here().scrubbed(hidden ? std::move(*hidden) : std::string(line));
  return cut_to(std::move(told), bytes_max);
}

std::vector<std::string> crash_lines(std::string_view log, bool cut, const crash_limits& limits) {
  std::vector<std::string> lines;
  if (cut) {
    const auto first_end = log.find('\n');
    log.remove_prefix(first_end == log.npos ? log.size() : first_end + 1);
  }
  if (log.ends_with('\n')) log.remove_suffix(1);
  while (!log.empty() && lines.size() < limits.lines_max) {
    const auto newline = log.rfind('\n');
    const auto begin = newline == log.npos ? 0 : newline + 1;
    auto line = log.substr(begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line_without_secrets(line, limits.line_bytes_max));
    log = log.substr(0, begin == 0 ? 0 : newline);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

std::optional<crash_report> draft_crash(const crash_facts& facts,
                                        std::span<const pending_call> lost,
                                        const crash_limits& limits) {
  const auto kind = facts.reason.kind;
  if (kind == gone_kind::stopped) return std::nullopt;
  crash_report draft;
  draft.at = facts.at;
  draft.server = facts.server;
  draft.instance = facts.instance;
  draft.pid = facts.pid;
  draft.kind = to_string(kind);
  draft.reason = line_without_secrets(to_string(facts.reason), limits.line_bytes_max);
  // Of one that never ran, and of one whose actor died, no exit is known.
  if (kind != gone_kind::spawn_failed && kind != gone_kind::internal_error)
    draft.exit = facts.reason.exit;
  draft.uptime = facts.uptime;
  draft.was_ready = facts.was_ready;
  for (const auto& call : lost) {
    if (call.own != own_request::none || call.instance != facts.instance) continue;
    ++draft.in_flight;
    if (draft.calls.size() < limits.calls_max)
      draft.calls.push_back(told(call.request, limits.name_bytes_max));
  }
  draft.log = crash_lines(facts.log, facts.log_cut, limits);
  return draft;
}

bool decide_crash(crash_report& draft, const child_report& decision, bool succeeded) {
  draft.attempt = decision.attempt;
  if (decision.what == child_event::finished) return !succeeded;
  if (decision.what != child_event::parked) draft.delay = decision.delay;
  return true;
}

std::map<std::string, std::string> crash_fields(const crash_report& x) {
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  std::map<std::string, std::string> fields{{"kind", x.kind},
                                            {"reason", x.reason},
                                            {"instance", std::to_string(x.instance)},
                                            {"was_ready", flag(x.was_ready)},
                                            {"in_flight", std::to_string(x.in_flight)},
                                            {"attempt", std::to_string(x.attempt)}};
  if (x.pid != 0) fields["pid"] = std::to_string(x.pid);
  if (x.exit) {
    const auto& usage = x.exit->usage;
    fields[x.exit->signaled ? "signal" : "exit_code"] = std::to_string(x.exit->status);
    fields["core_dumped"] = flag(x.exit->core_dumped);
    fields["out_of_memory"] = flag(x.exit->out_of_memory);
    fields["user_ms"] = std::to_string(duration_cast<milliseconds>(usage.user_time).count());
    fields["system_ms"] = std::to_string(duration_cast<milliseconds>(usage.system_time).count());
    fields["memory_max_bytes"] = std::to_string(usage.memory_max_bytes);
  }
  if (x.uptime) fields["uptime_ms"] = std::to_string(x.uptime->count());
  if (x.delay) fields["delay_ms"] = std::to_string(x.delay->count());
  return fields;
}

} // namespace toolscore
