#include "node/why_text.hpp"

#include "node/crash_lines.hpp"
#include "node/printable.hpp"

#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;

struct advice {
  std::string_view status;
  std::string_view text; ///< NAME stands for the server's name.
};

constexpr std::array advices{
    advice{"queued"sv, "wait: other installs run first (node.installs_max)"sv},
    advice{"cloning"sv,
           "wait: its repository is being fetched; `toolscore logs NAME -f` shows it"sv},
    advice{"building"sv, "wait: it is being built; `toolscore logs NAME -f` shows it"sv},
    advice{"waiting"sv, "wait: it starts when what it depends on is ready (`toolscore ps`)"sv},
    advice{"starting"sv, "wait: it has not completed the MCP handshake yet; "
                         "`toolscore logs NAME -f` shows what it writes"sv},
    advice{"ready"sv, "nothing: it serves; `toolscore tools NAME` lists its tools"sv},
    advice{"degraded"sv,
           "it serves, with fewer replicas than asked; the reason and the lines of its replicas "
           "say which, `toolscore start NAME` starts them at once"sv},
    advice{"asleep"sv, "nothing: the next call wakes it"sv},
    advice{"backing_off"sv, "it is started again by itself; fix what the reason names, "
                            "`toolscore restart NAME` tries at once"sv},
    advice{"crash_loop"sv, "it is parked after too many crashes; fix what the reason and the log "
                           "name, then `toolscore start NAME`"sv},
    advice{"needs_login"sv, "log in to it: `toolscore login NAME`"sv},
    advice{"failed"sv, "its install failed; fix what the reason names, then "
                       "`toolscore restart NAME` installs it again"sv},
    advice{"completed"sv, "nothing: it ended as it should; `toolscore start NAME` runs it again"sv},
    advice{"stopping"sv, "wait: it is being stopped"sv},
    advice{"stopped"sv, "it was told to stop; `toolscore start NAME` starts it"sv},
};

void append_field(std::string& out, std::string_view title, const std::string& value) {
  if (value.empty()) return;
  out += title;
  out.append(title.size() < 10 ? 10 - title.size() : 1, ' ');
  out += printable(value) + "\n";
}

std::string process_text(const reply_json& server) {
  const auto pid = text_of(server, "pid");
  const auto held = text_of(server, "confinement");
  if (pid.empty() || pid == "0") return held.starts_with("remote: ") ? held : "";
  std::string text = pid;
  const auto init = text_of(server, "init_pid");
  if (!init.empty() && init != "0") text += ", init " + init;
  if (!held.empty()) text += ", confinement " + held;
  return text;
}

/// "#4 ready, 123, init 122, confinement ..."
std::string replica_text(const reply_json& one) {
  std::string text = "#" + text_of(one, "instance") + " " + text_of(one, "process_status");
  if (const auto process = process_text(one); !process.empty()) text += ", " + process;
  if (const auto reason = text_of(one, "reason"); !reason.empty()) text += ": " + reason;
  return text;
}

std::string protocol_text(const reply_json& server) {
  std::string text = text_of(server, "protocol_version");
  if (const auto era = text_of(server, "era"); !era.empty()) text += " (" + era + ")";
  const auto version = text_of(server, "version");
  if (!version.empty()) text += (text.empty() ? "version " : ", version ") + version;
  const auto commit = text_of(server, "commit");
  if (!commit.empty()) text += (text.empty() ? "commit " : ", commit ") + commit;
  return text;
}

std::string calls_text(const reply_json& server) {
  return std::to_string(number_of(server, "calls")) + ", " +
         std::to_string(number_of(server, "failures")) + " failed, " +
         std::to_string(number_of(server, "in_flight")) + " in flight, " +
         std::to_string(number_of(server, "waiting")) + " waiting";
}

} // namespace

std::string next_step(const reply_json& server) {
  const auto status = text_of(server, "process_status");
  for (const auto& row : advices) {
    if (row.status != status) continue;
    std::string text(row.text);
    if (const auto at = text.find("NAME"); at != text.npos)
      text.replace(at, 4, printable(text_of(server, "name")));
    return text;
  }
  return "see `toolscore logs " + printable(text_of(server, "name")) + "`";
}

std::string why_text(const reply_json& server, std::string_view log, const reply_json& crash,
                     wall_time now) {
  std::string out;
  std::string status = text_of(server, "process_status");
  if (const auto age = age_of(member_of(server, "since"), now); age != "-") status += " for " + age;
  const auto desired = text_of(server, "desired_state");
  if (!desired.empty()) status += " (desired: " + desired + ")";
  append_field(out, "server", text_of(server, "name"));
  append_field(out, "status", status);
  append_field(out, "reason", text_of(server, "reason"));
  append_field(out, "says", text_of(server, "said"));
  if (const auto& replicas = member_of(server, "instances"); !replicas.is_array())
    append_field(out, "process", process_text(server));
  else
    for (const auto& one : replicas) append_field(out, "replica", replica_text(one));
  if (const auto port = number_of(server, "port"); port != 0)
    append_field(out, "port", std::to_string(port));
  append_field(out, "protocol", protocol_text(server));
  append_field(out, "restarts", std::to_string(number_of(server, "restarts")));
  append_field(out, "calls", calls_text(server));
  if (const auto garbage = number_of(server, "garbage_lines"); garbage != 0)
    append_field(out, "stdout",
                 std::to_string(garbage) +
                     " lines were no JSON-RPC message; it must log to stderr");
  if (!log.empty()) out += "last log lines:\n";
  for (auto rest = log; !rest.empty();) {
    const auto end = rest.find('\n');
    out += "  " + printable(rest.substr(0, end)) + "\n";
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  out += crash_lines(crash, log, now);
  append_field(out, "next step", next_step(server));
  return out;
}

std::string why_json(const reply_json& server, std::string_view log, const reply_json& crash) {
  auto lines = reply_json::array();
  while (!log.empty()) {
    const auto end = log.find('\n');
    lines.push_back(std::string(log.substr(0, end)));
    log.remove_prefix(end == log.npos ? log.size() : end + 1);
  }
  const auto told = crash.is_string() ? reply_json{{"error", crash}} : crash;
  return compact({{"server", server},
                  {"log", lines},
                  {"crash", told},
                  {"next_step", next_step(server)}}) +
         "\n";
}

} // namespace toolscore
