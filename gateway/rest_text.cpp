#include "gateway/rest_text.hpp"

#include "mcp/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace toolscore {

namespace {

nlohmann::ordered_json json_of(const replica_status& x) {
  return {{"instance", x.instance},
          {"process_status", to_string(x.status)},
          {"pid", x.pid},
          {"init_pid", x.init_pid},
          {"port", x.port},
          {"in_flight", x.in_flight},
          {"confinement", x.confinement},
          {"reason", x.reason},
          {"said", x.said}};
}

nlohmann::ordered_json json_of(const server_status& x) {
  nlohmann::ordered_json row{{"name", x.id.value},
                             {"process_status", to_string(x.status)},
                             {"desired_state", to_string(x.desired)},
                             {"source", to_string(x.source)},
                             {"pid", x.pid},
                             {"init_pid", x.init_pid},
                             {"instance", x.instance},
                             {"restarts", x.restarts},
                             {"confinement", x.confinement},
                             {"era", x.era},
                             {"protocol_version", x.protocol_version},
                             {"version", x.version},
                             {"commit", x.commit},
                             {"reason", x.reason},
                             {"since", rfc3339(x.since)},
                             {"in_flight", x.in_flight},
                             {"waiting", x.waiting},
                             {"calls", x.calls},
                             {"failures", x.failures},
                             {"garbage_lines", x.garbage_lines},
                             {"tools", x.tools},
                             {"said", x.said},
                             {"port", x.port},
                             {"own_instances", x.own_instances},
                             {"breaker", x.breaker}};
  if (x.replicas_asked == 1) return row;
  row["replicas"] = {{"asked", x.replicas_asked}, {"ready", x.replicas_ready}};
  row["instances"] = nlohmann::ordered_json::array();
  for (const auto& one : x.replicas) row["instances"].push_back(json_of(one));
  return row;
}

/// A reason may quote what a server wrote, which need not be UTF-8.
std::string dumped(const nlohmann::ordered_json& x) {
  return x.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

std::string error_text(std::string_view code, std::string_view message) {
  return R"({"error":{"code":)" + mcp::quote(code) + R"(,"message":)" + mcp::quote(message) + "}}";
}

int status_of(errc code) noexcept {
  switch (code) {
  case errc::unknown_server:
    return 404;
  case errc::bad_config:
  case errc::bad_request:
    return 400;
  case errc::unauthorized:
    return 401;
  case errc::tool_denied:
    return 403;
  case errc::already_exists:
  case errc::cancelled:
    return 409;
  case errc::too_large:
    return 413;
  case errc::queue_full:
    return 429;
  case errc::not_supported:
    return 501;
  case errc::install_failed:
  case errc::handshake_failed:
  case errc::server_gone:
  case errc::bad_answer:
    return 502;
  case errc::server_not_ready:
  case errc::stopping:
  case errc::store_failed: // A full disk most of all: the same request succeeds once there is room.
    return 503;
  case errc::call_timed_out:
    return 504;
  case errc::spawn_failed:
  case errc::io_failed:
    return 500;
  }
  return 500;
}

std::string server_text(const server_status& x) {
  return dumped(json_of(x));
}

std::string servers_text(std::vector<server_status> servers) {
  std::sort(servers.begin(), servers.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& x : servers) list.push_back(json_of(x));
  return dumped({{"servers", std::move(list)}});
}

std::string update_text(std::string_view server, const update_result& x) {
  return dumped({{"name", server},
                 {"done", "update"},
                 {"changed", x.changed},
                 {"from", x.from},
                 {"to", x.to},
                 {"note", x.note}});
}

std::string install_text(const install_result& x) {
  return dumped({{"success", x.success},
                 {"endpoint", x.endpoint},
                 {"pid", x.pid},
                 {"error_msg", x.error_msg}});
}

std::string login_text(const std::string& server, const login_answer& x) {
  return dumped(
      {{"name", server}, {"state", to_string(x.is)}, {"url", x.url}, {"detail", x.detail}});
}

std::string tools_text(const mcp::list_index& tools) {
  std::string out = R"({"tools":[)";
  for (const auto& x : tools.entries()) {
    if (out.back() != '[') out += ',';
    out += R"({"name":)" + mcp::quote(x.exposed) + R"(,"server":)" + mcp::quote(x.server.value) +
           R"(,"original":)" + mcp::quote(x.original) + R"(,"definition":)";
    out += x.object_text();
    out += '}';
  }
  return out + "]}";
}

std::string rfc3339(std::chrono::system_clock::time_point at) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(at);
  const auto millis = duration_cast<milliseconds>(at - whole).count();
  const std::time_t time = system_clock::to_time_t(whole);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  const auto used = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + used, text.size() - used, ".%03dZ", static_cast<int>(millis));
  return text.data();
}

std::string metrics_text(std::vector<std::pair<std::string, double>> values) {
  // A family's lines must stand together, under one TYPE line.
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.first.substr(0, a.first.find('{')) < b.first.substr(0, b.first.find('{'));
  });
  std::string out;
  std::string family;
  for (const auto& [name, value] : values) {
    const std::string base = name.substr(0, name.find('{'));
    if (base != family) {
      family = base;
      out += "# TYPE " + base + (base.ends_with("_total") ? " counter\n" : " gauge\n");
    }
    std::array<char, 40> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
    out += name + ' ';
    out.append(number.data(), end);
    out += '\n';
  }
  return out;
}

} // namespace toolscore
