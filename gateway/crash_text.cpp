#include "gateway/crash_text.hpp"

#include "gateway/rest_text.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using nlohmann::ordered_json;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

ordered_json usage_of(const process_usage& x) {
  return {{"user_ms", duration_cast<milliseconds>(x.user_time).count()},
          {"system_ms", duration_cast<milliseconds>(x.system_time).count()},
          {"memory_max_bytes", x.memory_max_bytes},
          {"major_faults", x.major_faults}};
}

ordered_json calls_of(const std::vector<lost_call>& calls) {
  auto list = ordered_json::array();
  for (const auto& x : calls)
    list.push_back(
        {{"method", x.method}, {"tool", x.tool}, {"id", x.id}, {"trajectory", x.trajectory}});
  return list;
}

template <class Value>
ordered_json known(bool there, const Value& value) {
  return there ? ordered_json(value) : ordered_json();
}

ordered_json json_of(const crash_report& x) {
  const auto exit = x.exit.value_or(process_exit{});
  const bool ended = x.exit.has_value();
  ordered_json out{{"number", x.number},     {"at", rfc3339(x.at)}, {"server", x.server.value},
                   {"instance", x.instance}, {"pid", x.pid},        {"kind", x.kind},
                   {"reason", x.reason}};
  out["exit_code"] =
      known(ended && !exit.signaled && exit.status != process_exit::unknown, exit.status);
  out["signal"] = known(ended && exit.signaled, exit.status);
  out["core_dumped"] = known(ended, exit.core_dumped);
  out["out_of_memory"] = known(ended, exit.out_of_memory);
  out["memory_limit_bytes"] = known(exit.out_of_memory, exit.memory_limit_bytes);
  out["usage"] = known(ended, usage_of(exit.usage));
  out["uptime_ms"] = known(x.uptime.has_value(), x.uptime.value_or(milliseconds{}).count());
  out["was_ready"] = x.was_ready;
  out["in_flight"] = x.in_flight;
  out["calls"] = calls_of(x.calls);
  out["attempt"] = x.attempt;
  out["delay_ms"] = known(x.delay.has_value(), x.delay.value_or(milliseconds{}).count());
  out["log"] = x.log;
  return out;
}

} // namespace

std::string crashes_text(const std::vector<crash_report>& reports) {
  auto list = ordered_json::array();
  for (const auto& x : reports) list.push_back(json_of(x));
  return ordered_json{{"crashes", std::move(list)}}.dump(-1, ' ', false,
                                                         ordered_json::error_handler_t::replace);
}

} // namespace toolscore
