#include "node/cache_command_io.hpp"

#include "actors/definition.hpp"
#include "config/server_config.hpp"
#include "messages/in_container.hpp"
#include "node/cache_images_io.hpp"
#include "node/cache_text.hpp"
#include "node/config_file_io.hpp"
#include "node/node_address_io.hpp"
#include "node/terminal_io.hpp"
#include "node/up_io.hpp"
#include "runners/built_image.hpp"
#include "runners/install_cache_io.hpp"
#include "runners/install_io.hpp"
#include "store/specs_io.hpp"
#include "store/state_lock_io.hpp"

#include <algorithm>
#include <optional>

namespace toolscore {
namespace {

command_output refused(const error& failure, exit_code code = exit_code::failed) {
  return {{}, "error: " + failure.detail + "\n", code};
}

/// A server and the installs that it may start from.
struct configured_server {
  server_spec spec;
  install_choice install;
};

/// The servers of the file and those that were added to a node there.
result<std::vector<configured_server>> configured_servers(const node_config& config,
                                                          const std::string& state_dir,
                                                          const environment& env) {
  std::vector<configured_server> all;
  for (const auto& spec : config.servers) all.push_back({spec, {}});
  if (!file_exists(state_dir + "/toolscore.db")) return all;
  auto base = database::open(state_dir);
  if (!base) return base.failure();
  const auto rows = specs(*base).all();
  if (!rows) return rows.failure();
  for (auto& server : all)
    for (const auto& row : *rows)
      if (row.server == server.spec.id) server.install = row.install;
  for (const auto& row : *rows) {
    const auto parts = parse_definition(row.origin_json);
    if (!parts) return parts.failure();
    // Of another file's, too: who says which one the next node reads?
    auto spec = parse_server(row.server.value, parts->config_json, config.defaults, env);
    if (!spec)
      return error{errc::bad_config, "what server \"" + row.server.value +
                                         "\" uses is not known: " + spec.failure().detail};
    all.push_back({std::move(*spec), row.install});
  }
  return all;
}

result<std::vector<install_need>> needs_of(const std::vector<configured_server>& servers,
                                           const host_facts& host) {
  std::vector<install_need> needs;
  for (const auto& [spec, install] : servers) {
    if (spec.source == source_kind::image || spec.source == source_kind::remote) continue;
    std::vector<std::uint32_t> revisions{install.revision};
    if (install.former) revisions.push_back(*install.former);
    for (const auto revision : revisions) {
      const auto plan = plan_install(spec, host, revision);
      if (!plan)
        return error{plan.failure().code, "what server \"" + spec.id.value +
                                              "\" uses is not known: " + plan.failure().detail};
      if (plan->kind == install_kind::none) continue;
      const bool known = std::any_of(needs.begin(), needs.end(), [&](const install_need& x) {
        return x.server == spec.id.value && x.key == plan->key;
      });
      if (known) continue;
      install_need need{spec.id.value, plan->key, plan->from};
      if (is_built(spec))
        if (const auto there = find_install(spec, *plan))
          need.image = built_image(spec, there->version, host.image_owner);
      needs.push_back(std::move(need));
    }
  }
  return needs;
}

/// @returns false: it went with another
result<bool> remove_one(const cached_install& x, const host_facts& host) {
  if (x.image) return remove_built_image(host, x.key);
  const auto removed = remove_cached(host.state_dir, x.key);
  if (!removed) return removed.failure();
  return true;
}

command_output remove_unused(const cli_request& request, const std::vector<install_use>& all,
                             const host_facts& host) {
  command_output out;
  std::uint64_t freed = 0;
  auto removed = reply_json::array();
  for (const auto& x : all) {
    if (!x.removable()) continue;
    const auto gone = request.dry_run ? result<bool>(true) : remove_one(x.install, host);
    if (!gone) {
      out.err += "error: " + gone.failure().detail + "\n";
      out.code = exit_code::failed;
    }
    if (!gone || !*gone) continue;
    freed += x.install.bytes;
    removed.push_back(x.install.key);
    if (!request.json)
      out.out += (request.dry_run ? "would remove " : "removed ") + x.install.key + ", " +
                 rounded_size(x.install.bytes) + "\n";
  }
  if (request.json)
    out.out =
        compact({{"removed", removed}, {"bytes", freed}, {"dry_run", request.dry_run}}) + "\n";
  else
    out.out += rounded_size(freed) + (request.dry_run ? " would be free\n" : " freed\n");
  return out;
}

} // namespace

command_output cache_command(const cli_request& request) {
  const auto file = chosen_config_file(request);
  const auto env = process_environment(file);
  const auto config = read_node_config(file, env);
  if (!config) return refused(config.failure(), exit_code::usage);
  const auto state_dir =
      request.state_dir.empty() ? config->state_dir : absolute_path(request.state_dir);
  const bool removes = request.action == "gc" && !request.dry_run;
  std::optional<state_lock> held;
  if (removes && file_exists(state_dir + "/lock")) {
    auto lock = state_lock::take(state_dir);
    if (!lock) return refused(lock.failure());
    held.emplace(std::move(*lock));
  }
  const auto servers = configured_servers(*config, state_dir, env);
  if (!servers) return refused(servers.failure());
  const auto host = find_host_facts(state_dir, libexec_dir(), own_environment(), config->engine);
  const auto needs = needs_of(*servers, host);
  if (!needs) return refused(needs.failure());
  auto found = find_installs(state_dir);
  const auto images = find_built_images(host);
  if (images) found.insert(found.end(), images->begin(), images->end());
  const auto all = uses_of(std::move(found), *needs);
  command_output out;
  if (request.action == "gc")
    out = remove_unused(request, all, host);
  else
    out.out = request.json ? compact(cache_json(all)) + "\n"
                           : cache_text(all, std::chrono::system_clock::now(), terminal_width());
  if (removes && images && !images->empty())
    if (const auto left = find_built_images(host); left && left->empty()) forget_built_images(host);
  if (!images) {
    out.err += "error: " + images.failure().detail + "\n";
    out.code = exit_code::failed;
  }
  return out;
}

} // namespace toolscore
