#include "config/policy_config.hpp"

#include "config/durations.hpp"
#include "config/isolation_config.hpp"
#include "config/readiness_config.hpp"
#include "config/relations_config.hpp"
#include "config/sizes.hpp"
#include "config/unsupported.hpp"
#include "config/upkeep_config.hpp"
#include "config/view_config.hpp"
#include "messages/launch_plan.hpp"

#include <array>

namespace toolscore {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::ordered_json;

constexpr std::uint32_t count_max = 1'000'000;
constexpr int signal_max = 64;

void read_backoff(fields section, backoff_policy& out) {
  section.only({"min", "max", "factor", "jitter", "reset_after"});
  section.duration("min", out.min);
  section.duration("max", out.max);
  section.real("factor", out.factor, 1, 100);
  section.real("jitter", out.jitter, 0, 1);
  section.duration("reset_after", out.reset_after);
  if (out.max < out.min)
    section.fail("max", duration_text(out.max) + " is below backoff.min (" +
                            duration_text(out.min) + "), raise it or lower min");
}

void read_intensity(fields section, intensity_policy& out) {
  section.only({"max", "period", "never_ready", "half_open"});
  section.whole("max", out.max, 0, count_max);
  section.duration("period", out.period, 1ms);
  section.whole("never_ready", out.never_ready, 1, count_max);
  section.duration("half_open", out.half_open);
}

void read_ping(fields section, ping_policy& out) {
  section.only({"every", "timeout", "failures"});
  section.duration("every", out.every);
  section.duration("timeout", out.timeout, 1ms);
  section.whole("failures", out.failures, 1, 1'000);
}

void read_stop(fields section, stop_policy& out) {
  section.only({"drain", "stdin", "term"});
  section.duration("drain", out.drain);
  section.duration("stdin", out.stdin_close);
  section.duration("term", out.term);
}

void read_breaker(fields section, breaker_policy& out) {
  section.only({"failures", "open", "open_max"});
  section.whole("failures", out.failures, 0, count_max);
  section.duration("open", out.open, 1ms);
  section.duration("open_max", out.open_max, 1ms);
  if (out.open_max < out.open)
    section.fail("open_max", duration_text(out.open_max) + " is below breaker.open (" +
                                 duration_text(out.open) + "), raise it or lower open");
}

void read_queue(fields section, queue_policy& out) {
  section.only({"max", "wait"});
  section.whole("max", out.max, 1, count_max);
  section.duration("wait", out.wait);
}

/// A signal by number or by name; 0 where it is none.
int signal_of(const json& value) {
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    return number >= 1 && number <= signal_max ? static_cast<int>(number) : 0;
  }
  if (value.is_string())
    for (int number = 1; number <= signal_max; ++number)
      if (signal_name(number) == value.get_ref<const std::string&>()) return number;
  return 0;
}

void read_success(fields section, success_policy& out) {
  section.only({"codes", "signals"});
  if (const json* const codes = section.find("codes")) {
    std::vector<int> found;
    for (const auto& code : codes->is_array() ? *codes : json::array({*codes})) {
      if (!code.is_number_integer() || code.get<std::int64_t>() < 0 ||
          code.get<std::int64_t>() > 255)
        return section.fail("codes", shown(code) + " is no exit code, write a list of 0 to 255");
      found.push_back(code.get<int>());
    }
    out.codes = std::move(found);
  }
  if (const json* const signals = section.find("signals")) {
    std::vector<int> found;
    for (const auto& signal : signals->is_array() ? *signals : json::array({*signals})) {
      if (signal_of(signal) == 0)
        return section.fail("signals", shown(signal) +
                                           " is no signal, write a list of 1 to 64 or \"SIGTERM\"");
      found.push_back(signal_of(signal));
    }
    out.signals = std::move(found);
  }
}

void read_memory(fields& section, const json& memory, limits_policy& out) {
  constexpr std::uint64_t memory_min = 1 << 20; // No program starts in less.
  if (memory.is_null()) {
    out.memory_bytes = 0;
    return;
  }
  const auto parsed = parse_size(memory);
  if (!parsed) return section.fail("memory", parsed.failure().detail);
  if (*parsed != 0 && *parsed < memory_min)
    return section.fail("memory", shown(memory) + " is too little, write at least \"1Mi\"");
  out.memory_bytes = *parsed;
}

void read_limits(fields section, limits_policy& out) {
  section.only({"memory", "cpu", "pids", "files"});
  section.whole("files", out.files, 16, 1u << 20);
  if (const json* const memory = section.find("memory")) read_memory(section, *memory, out);
  const auto is_none = [](const json& value) {
    return value.is_null() || (value.is_number() && value == 0);
  };
  if (const json* const cpu = section.find("cpu")) {
    out.cpu = 0;
    if (!is_none(*cpu)) section.real("cpu", out.cpu, 0.01, 4'096);
  }
  if (const json* const pids = section.find("pids")) {
    out.pids = 0;
    out.pids_required = true; // It is the user who asks, be it for what is the default.
    if (!is_none(*pids)) section.whole("pids", out.pids, 1, 1u << 22);
  }
}

} // namespace

std::span<const std::string_view> policy_keys() noexcept {
  using namespace std::string_view_literals;
  static constexpr std::array keys{"restart"sv,       "backoff"sv,      "intensity"sv,
                                   "start_timeout"sv, "call_timeout"sv, "call_timeout_max"sv,
                                   "ready"sv,         "port"sv,         "link"sv,
                                   "ping"sv,          "stop"sv,         "replicas"sv,
                                   "depends_on"sv,    "significant"sv,  "idle_stop"sv,
                                   "max_lifetime"sv,  "session_mode"sv, "on_node_exit"sv,
                                   "queue"sv,         "success"sv,      "isolation"sv,
                                   "limits"sv,        "paths"sv,        "network"sv,
                                   "prefix"sv,        "pin"sv,          "tools"sv,
                                   "retry"sv,         "breaker"sv,      "instructions"sv,
                                   "private_tmp"sv,   "no_new_privs"sv};
  return keys;
}

void read_policy(fields& object, server_policy& out) {
  object.word("restart", out.restart, {"permanent", "transient", "temporary"});
  read_backoff(object.section("backoff"), out.backoff);
  read_intensity(object.section("intensity"), out.intensity);
  object.duration("start_timeout", out.start_timeout, 1ms);
  object.duration("call_timeout", out.call_timeout, 1ms);
  object.duration("call_timeout_max", out.call_timeout_max, 1ms);
  if (out.call_timeout > out.call_timeout_max)
    object.fail("call_timeout", duration_text(out.call_timeout) + " is above call_timeout_max (" +
                                    duration_text(out.call_timeout_max) + "), raise that too");
  read_ping(object.section("ping"), out.ping);
  read_stop(object.section("stop"), out.stop);
  read_queue(object.section("queue"), out.queue);
  read_breaker(object.section("breaker"), out.breaker);
  read_success(object.section("success"), out.success);
  read_readiness(object, out);
  read_upkeep(object, out);
  object.word("on_node_exit", out.on_node_exit, {"stop", "keep"});
  object.word("pin", out.pin, {"off", "warn", "enforce"});
  object.word("session_mode", out.sessions,
              {"auto", "shared", "serial", "per_session", "per_principal"});
  object.whole("replicas", out.replicas, 1, replicas_max);
  read_limits(object.section("limits"), out.limits);
  read_isolation(object, out.isolation);
  read_view_policy(object, out);
  read_relations(object, out);
  refuse_unsupported(object);
}

nlohmann::ordered_json policy_json(const server_policy& policy) {
  const auto& [min, max, factor, jitter, reset_after] = policy.backoff;
  json out;
  out["restart"] = to_string(policy.restart);
  out["backoff"] = {{"min", duration_text(min)},
                    {"max", duration_text(max)},
                    {"factor", factor},
                    {"jitter", jitter},
                    {"reset_after", duration_text(reset_after)}};
  out["intensity"] = {{"max", policy.intensity.max},
                      {"period", duration_text(policy.intensity.period)},
                      {"never_ready", policy.intensity.never_ready},
                      {"half_open", duration_text(policy.intensity.half_open)}};
  out["start_timeout"] = duration_text(policy.start_timeout);
  out["call_timeout"] = duration_text(policy.call_timeout);
  out["call_timeout_max"] = duration_text(policy.call_timeout_max);
  out["link"] = to_string(policy.link);
  out["ready"] = readiness_json(policy);
  out["port"] = nullptr;
  if (policy.port && *policy.port == port_auto) out["port"] = "auto";
  if (policy.port && *policy.port != port_auto) out["port"] = *policy.port;
  out["ping"] = {{"every", duration_text(policy.ping.every)},
                 {"timeout", duration_text(policy.ping.timeout)},
                 {"failures", policy.ping.failures}};
  out["stop"] = {{"drain", duration_text(policy.stop.drain)},
                 {"stdin", duration_text(policy.stop.stdin_close)},
                 {"term", duration_text(policy.stop.term)}};
  out["queue"] = {{"max", policy.queue.max}, {"wait", duration_text(policy.queue.wait)}};
  out["breaker"] = {{"failures", policy.breaker.failures},
                    {"open", duration_text(policy.breaker.open)},
                    {"open_max", duration_text(policy.breaker.open_max)}};
  out["success"] = {{"codes", policy.success.codes}, {"signals", policy.success.signals}};
  const auto& limits = policy.limits;
  const auto or_null = [](auto value) { return value == 0 ? json() : json(value); };
  out["limits"] = {{"memory", or_null(limits.memory_bytes)},
                   {"cpu", or_null(limits.cpu)},
                   {"files", limits.files}};
  // Written out it would be asked for, where now it is only wished.
  if (limits.pids_required) out["limits"]["pids"] = or_null(limits.pids);
  write_isolation(out, policy.isolation);
  out["replicas"] = policy.replicas;
  out["depends_on"] = json::object();
  for (const auto& [name, condition] : policy.depends_on)
    out["depends_on"][name] = to_string(condition);
  out["significant"] = nullptr;
  if (policy.significant != significance::none) out["significant"] = to_string(policy.significant);
  const auto time_or_null = [](milliseconds time) {
    return time.count() == 0 ? json() : json(duration_text(time));
  };
  out["idle_stop"] = time_or_null(policy.idle_stop);
  out["max_lifetime"] = time_or_null(policy.max_lifetime);
  out["session_mode"] = to_string(policy.sessions);
  out["on_node_exit"] = to_string(policy.on_node_exit);
  out["pin"] = to_string(policy.pin);
  write_view_policy(out, policy);
  return out;
}

} // namespace toolscore
