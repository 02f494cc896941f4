#include "node/plan_command_io.hpp"

#include "config/server_config.hpp"
#include "node/add_definition.hpp"
#include "node/config_file_io.hpp"
#include "node/node_address_io.hpp"
#include "node/plan_server_io.hpp"
#include "node/reply_json.hpp"
#include "node/sources/source_word.hpp"
#include "node/up_io.hpp"
#include "store/specs_io.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace toolscore {
namespace {

command_output refused(const error& failure, exit_code code = exit_code::usage) {
  return {{}, "error: " + failure.detail + "\n", code};
}

bool has_source(const cli_request& request) {
  return !request.git.empty() || !request.sources.empty() || !request.definition.empty() ||
         !request.rest.empty();
}

/// The server of the request's own source, as `add` would make it.
result<server_spec> given_server(cli_request request, const server_policy& defaults,
                                 const environment& env) {
  if (request.server.empty()) request.server = "server";
  const auto written = add_definition(request);
  if (!written) return written.failure();
  const auto config = reply_json::parse(*written).at("config");
  return parse_server(request.server, config, request.server, defaults, env, nullptr);
}

/// The request with its word as its source, where that can be meant by nothing else.
std::optional<cli_request> with_source(const cli_request& request) {
  auto found = source_of_word(request.server);
  if (!found) return std::nullopt;
  auto out = request;
  out.server.clear();
  const bool here = found->value.find("://") == found->value.npos;
  if (found->key == "git")
    out.git = std::move(found->value);
  else if (here && (found->key == "path" || found->key == "archive" || found->key == "mcpb"))
    out.sources.emplace_back(found->key, absolute_path(found->value));
  else
    out.sources.emplace_back(std::move(found->key), std::move(found->value));
  return out;
}

result<server_spec> configured_server(const cli_request& request, const node_config& config,
                                      const environment& env) {
  const auto at =
      std::find_if(config.servers.begin(), config.servers.end(),
                   [&](const server_spec& spec) { return spec.id.value == request.server; });
  if (at != config.servers.end()) return *at;
  if (const auto given = with_source(request)) return given_server(*given, config.defaults, env);
  return error{errc::unknown_server,
               "the configuration has no server \"" + request.server +
                   "\"; name one of it, or say what it is: --git URL, --npm PKG, --pypi PKG, "
                   "--path DIR, --archive FILE, --mcpb FILE, --image IMAGE, --remote URL"};
}

/// Which install a node there would start it from; the first where that is not known.
install_choice choice_of(const server_id& server, const std::string& state_dir) {
  if (!file_exists(state_dir + "/toolscore.db")) return {};
  auto base = database::open(state_dir);
  if (!base) return {};
  const auto rows = specs(*base).all();
  if (!rows) return {};
  for (const auto& row : *rows)
    if (row.server == server) return row.install;
  return {};
}

} // namespace

command_output plan_command(const cli_request& request) {
  const auto file = chosen_config_file(request);
  const auto env = process_environment(file);
  const auto config = read_node_config(file, env);
  if (!config) return refused(config.failure());
  if (!has_source(request) && request.server.empty())
    return refused({errc::bad_config,
                    "name a server of the configuration, or give a source, as `toolscore "
                    "add` takes it"});
  const auto spec = has_source(request) ? given_server(request, config->defaults, env)
                                        : configured_server(request, *config, env);
  if (!spec)
    return refused(spec.failure(), spec.failure().code == errc::unknown_server
                                       ? exit_code::unknown_server
                                       : exit_code::usage);
  const auto state_dir =
      request.state_dir.empty() ? config->state_dir : absolute_path(request.state_dir);
  const auto choice = has_source(request) ? install_choice() : choice_of(spec->id, state_dir);
  return plan_of_server(*spec, state_dir, libexec_dir(), config->engine, choice, request.json);
}

} // namespace toolscore
