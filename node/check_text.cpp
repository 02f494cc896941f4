#include "node/check_text.hpp"

#include "config/json_text.hpp"
#include "config/node_config.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <algorithm>
#include <vector>

namespace toolscore {
namespace {

constexpr std::size_t errors_shown_max = 100;

/// Reading stops at its first error. A document for each server alone finds one of each.
std::vector<error> all_errors(std::string_view text, std::string_view file_name,
                              const environment& env, const error& first) {
  std::vector<error> found{first};
  json_limits limits;
  limits.bytes_max = config_bytes_max;
  const auto document = parse_json_text(text, file_name, limits);
  if (!document || !document->is_object()) return found;
  for (const auto* section : {"mcpServers", "servers"}) {
    const auto servers = document->find(section);
    if (servers == document->end() || !servers->is_object()) continue;
    auto alone = *document;
    alone.erase("groups"); // They and dependencies speak of servers that are not there.
    alone.erase("mcpServers");
    alone.erase("servers");
    for (const auto& [name, server] : servers->items()) {
      alone[section] = reply_json::object({{name, server}});
      if (server.is_object()) alone[section][name].erase("depends_on");
      const auto read = parse_config(compact(alone), file_name, env);
      if (read) continue;
      const bool known = std::any_of(found.begin(), found.end(), [&](const error& x) {
        return x.detail == read.failure().detail;
      });
      if (!known) found.push_back(read.failure());
      if (found.size() >= errors_shown_max) return found;
    }
  }
  return found;
}

command_output refused(const std::vector<error>& errors, bool json) {
  command_output answer;
  answer.code = exit_code::failed;
  auto list = reply_json::array();
  for (const auto& each : errors) {
    list.push_back({{"code", to_string(each.code)}, {"message", each.detail}});
    const bool unsupported = each.code == errc::not_supported;
    answer.err += (unsupported ? "not supported: " : "error: ") + printable(each.detail) + "\n";
  }
  if (json) {
    answer.out = compact({{"ok", false}, {"errors", list}}) + "\n";
    answer.err.clear();
  }
  return answer;
}

} // namespace

command_output check_config(std::string_view text, std::string_view file_name,
                            const environment& env, bool json) {
  const auto read = parse_config(text, file_name, env);
  if (!read) return refused(all_errors(text, file_name, env, read.failure()), json);
  command_output answer;
  if (json) {
    answer.out = compact({{"ok", true},
                          {"servers", read->servers.size()},
                          {"ignored", read->ignored},
                          {"state_dir", read->state_dir}}) +
                 "\n";
    return answer;
  }
  const auto count = read->servers.size();
  answer.out = "ok: " + std::to_string(count) + (count == 1 ? " server" : " servers") + "\n";
  for (const auto& path : read->ignored)
    answer.out += "ignored: " + printable(path) + " (a key of another host)\n";
  return answer;
}

result<std::string> state_dir_of(std::string_view text, std::string_view file_name,
                                 const environment& env) {
  json_limits limits;
  limits.bytes_max = config_bytes_max;
  const auto document = parse_json_text(text, file_name, limits);
  if (!document) return document.failure();
  auto needed = reply_json::object();
  const auto& state_dir = member_of(member_of(*document, "node"), "state_dir");
  if (!state_dir.is_null()) needed["node"]["state_dir"] = state_dir;
  const auto read = parse_config(compact(needed), file_name, env);
  if (!read) return read.failure();
  return read->state_dir;
}

} // namespace toolscore
