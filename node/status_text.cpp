#include "node/status_text.hpp"

#include "node/table.hpp"

namespace toolscore {
namespace {

std::string or_dash(std::string text) {
  return text.empty() || text == "0" ? "-" : text;
}

} // namespace

std::optional<reply_json> server_rows(std::string_view body) {
  auto value = parse_reply(body);
  if (!value) return std::nullopt;
  if (value->is_array()) return value;
  const auto& servers = member_of(*value, "servers");
  if (!servers.is_array()) return std::nullopt;
  return servers;
}

namespace {

/// Why it is as it is; of one that is well, what it says of itself.
std::string reason_of(const reply_json& server) {
  auto reason = text_of(server, "reason");
  const auto said = text_of(server, "said");
  return reason.empty() && !said.empty() ? "says: " + said : reason;
}

} // namespace

namespace {

/// Of what runs now; a remote one runs without a process.
std::string held_by(const reply_json& row) {
  auto text = text_of(row, "confinement");
  return number_of(row, "pid") != 0 || text.starts_with("remote: ") ? text : "";
}

/// One of several replicas, below its server.
std::vector<std::string> instance_row(const reply_json& server, const reply_json& one) {
  const auto number = text_of(one, "instance");
  return {"  " + text_of(server, "name") + (number == "0" ? "" : "#" + number),
          text_of(one, "process_status"),
          or_dash(text_of(one, "pid")),
          "",
          "",
          "",
          "",
          "",
          reason_of(one),
          held_by(one)};
}

} // namespace

std::vector<std::string> ps_row(const reply_json& server, wall_time now) {
  // Each of its replicas has a row of its own, with its pid.
  const bool replicated = member_of(server, "instances").is_array();
  auto status = text_of(server, "process_status");
  if (const auto& replicas = member_of(server, "replicas"); replicated)
    status += " " + text_of(replicas, "ready") + "/" + text_of(replicas, "asked");
  return {text_of(server, "name"),
          status,
          replicated ? "" : or_dash(text_of(server, "pid")),
          age_of(member_of(server, "since"), now),
          std::to_string(number_of(server, "restarts")),
          or_dash(text_of(server, "tools")),
          std::to_string(number_of(server, "calls")),
          std::to_string(number_of(server, "failures")),
          reason_of(server),
          replicated ? "" : held_by(server)};
}

std::string ps_text(const reply_json& servers, wall_time now, std::size_t width) {
  if (servers.empty()) return "no servers; add one with `toolscore add NAME -- COMMAND`\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& server : servers) {
    rows.push_back(ps_row(server, now));
    const auto& replicas = member_of(server, "instances");
    if (!replicas.is_array()) continue;
    for (const auto& one : replicas) rows.push_back(instance_row(server, one));
  }
  constexpr auto right = alignment::right;
  return table_text({{"NAME"},
                     {"STATUS"},
                     {"PID", right},
                     {"SINCE", right},
                     {"RESTARTS", right},
                     {"TOOLS", right},
                     {"CALLS", right},
                     {"FAILED", right},
                     {"REASON"},
                     {"CONFINEMENT"}},
                    rows, width);
}

} // namespace toolscore
