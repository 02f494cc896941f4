#include "actors/initial_servers_io.hpp"

#include "config/server_config.hpp"

#include <map>

namespace toolscore {

result<std::vector<initial_server>> initial_servers(const node_config& config,
                                                    const environment& variables,
                                                    specs& definitions) {
  auto rows = definitions.all();
  if (!rows) return rows.failure();
  std::map<std::string, stored_spec> stored;
  for (auto& row : *rows) stored.emplace(row.server.value, row);
  std::vector<initial_server> servers;
  for (const auto& spec : config.servers) {
    initial_server entry{spec, spec.disabled ? desired_state::stopped : desired_state::running, {}};
    const auto definition = stored_definition(spec.origin_json, true);
    const auto at = stored.find(spec.id.value);
    // An edited definition starts as its file says; an unchanged one as its user left it.
    if (at != stored.end() && at->second.origin_json == definition && !spec.disabled)
      entry.desired = at->second.desired;
    if (auto put = definitions.put({spec.id, definition, entry.desired}); !put)
      return put.failure();
    if (at != stored.end()) stored.erase(at);
    servers.push_back(std::move(entry));
  }
  for (const auto& [name, row] : stored) {
    const auto parts = parse_definition(row.origin_json);
    if (!parts) return parts.failure();
    if (parts->from_file) {
      if (auto gone = definitions.remove(row.server); !gone) return gone.failure();
      continue;
    }
    auto spec = parse_server(name, parts->config_json, config.defaults, variables);
    if (spec) {
      servers.push_back({std::move(*spec), row.desired, {}});
      continue;
    }
    initial_server refused;
    refused.spec.id = row.server;
    refused.refused = spec.failure().detail;
    servers.push_back(std::move(refused));
  }
  return servers;
}

} // namespace toolscore
