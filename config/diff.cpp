#include "config/diff.hpp"

#include "config/server_config.hpp"

#include <map>

namespace toolscore {
namespace {

std::map<server_id, const server_spec*> by_name(const node_config& config) {
  std::map<server_id, const server_spec*> out;
  for (const auto& spec : config.servers) out.emplace(spec.id, &spec);
  return out;
}

} // namespace

config_diff diff(const node_config& before, const node_config& after) {
  config_diff out;
  const auto old_servers = by_name(before);
  const auto new_servers = by_name(after);
  // The effective definitions are compared, not the texts: a key of another host, the order of
  // keys or a default written out is no reason to touch a server; a secret that rotated is one.
  for (const auto& spec : after.servers) {
    const auto found = old_servers.find(spec.id);
    if (found == old_servers.end())
      out.added.push_back(spec.id);
    else if (effective_json(*found->second) != effective_json(spec))
      out.changed.push_back(spec.id);
  }
  for (const auto& spec : before.servers)
    if (!new_servers.contains(spec.id)) out.removed.push_back(spec.id);

  const auto compare = [&](const char* name, bool same) {
    if (!same) out.node_settings.emplace_back(name);
  };
  compare("node.listen",
          before.listen_address == after.listen_address && before.listen_port == after.listen_port);
  compare("node.state_dir", before.state_dir == after.state_dir);
  compare("node.mcp_auth", before.mcp_auth == after.mcp_auth);
  compare("node.installs_max", before.installs_max == after.installs_max);
  compare("node.starts_max", before.starts_max == after.starts_max);
  compare("node.stop_deadline", before.stop_deadline == after.stop_deadline);
  return out;
}

} // namespace toolscore
