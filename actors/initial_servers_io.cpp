#include "actors/initial_servers_io.hpp"

#include "config/server_config.hpp"

#include <map>

namespace toolscore {

result<std::vector<initial_server>>
initial_servers(const node_config& config, const environment& variables, specs& definitions) {
  auto rows = definitions.all();
  if (!rows) return rows.failure();
  std::map<std::string, stored_spec> stored;
  for (auto& row : *rows) stored.emplace(row.server.value, row);
  std::vector<initial_server> servers;
  // Written together, and only where the file says something new: a wait for the disk for each of a
  // thousand servers would be most of the node's start.
  std::vector<stored_spec> kept;
  std::vector<server_id> gone;
  for (const auto& spec : config.servers) {
    initial_server entry{spec, spec.disabled ? desired_state::stopped : desired_state::running, {}};
    const auto definition = stored_definition(spec.origin_json, true);
    const auto at = stored.find(spec.id.value);
    // An edited definition starts as its file says; an unchanged one as its user left it.
    const bool same =
        at != stored.end() && definitions.is_kept(at->second, {spec.id, definition, {}});
    if (same && !spec.disabled) entry.desired = at->second.desired;
    const bool known = same && at->second.desired == entry.desired;
    if (!known) kept.push_back({spec.id, definition, entry.desired});
    if (at != stored.end()) entry.install = at->second.install;
    if (at != stored.end()) stored.erase(at);
    servers.push_back(std::move(entry));
  }
  for (const auto& [name, row] : stored) {
    const auto parts = parse_definition(row.origin_json);
    if (!parts) return parts.failure();
    if (parts->from_file) {
      gone.push_back(row.server);
      continue;
    }
    // Of a node that kept secrets in clear.
    if (!definitions.is_kept(row, row)) kept.push_back(row);
    auto spec = parse_server(name, parts->config_json, config.defaults, variables);
    initial_server entry;
    entry.spec.id = row.server;
    entry.place = parts->place;
    entry.install = row.install;
    if (spec) {
      entry.spec = std::move(*spec);
      entry.desired = row.desired;
    } else {
      entry.refused = spec.failure().detail;
    }
    servers.push_back(std::move(entry));
  }
  if (auto changed = definitions.change(kept, gone); !changed) return changed.failure();
  return servers;
}

} // namespace toolscore
