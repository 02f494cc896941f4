#include "node/add_definition.hpp"
#include "node/config_file_io.hpp"
#include "node/node_address_io.hpp"
#include "node/printable.hpp"
#include "node/sources/registry_io.hpp"
#include "node/sources/source_commands_io.hpp"
#include "node/table.hpp"

namespace toolscore {
namespace {

command_output refused(const error& failure) {
  const bool unknown = failure.code == errc::unknown_server;
  const bool usage = failure.code == errc::bad_config;
  return {{},
          "error: " + printable(failure.detail) + "\n",
          unknown ? exit_code::unknown_server
          : usage ? exit_code::usage
                  : exit_code::failed};
}

/// --registry, else the configuration's.
result<std::string> chosen_registry(const cli_request& request) {
  if (!request.registry.empty())
    return request.registry.find("://") == std::string::npos ? absolute_path(request.registry)
                                                             : request.registry;
  const auto file = chosen_config_file(request);
  const auto config = read_node_config(file, process_environment(file));
  if (!config) return config.failure();
  if (!config->registry.empty()) return config->registry;
  return error{errc::bad_config,
               "no registry is known: name one with --registry URL (or a directory of server.json "
               "files), or as \"registry\" under \"node\" in the configuration"};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// "NAME=VALUE", or "NAME" for the node's own variable.
given_values given_of(const std::vector<std::string>& words) {
  given_values given;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == word.npos)
      given[word] = "${" + word + "}";
    else
      given[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return given;
}

} // namespace

command_output search_command(const cli_request& request, std::size_t width) {
  const auto registry = chosen_registry(request);
  if (!registry) return refused(registry.failure());
  const auto found = search_registry(*registry, request.text, request.authorities, request.limit);
  if (!found) return refused(found.failure());
  if (request.json) {
    auto list = reply_json::array();
    for (const auto& entry : *found)
      list.push_back({{"name", entry.name},
                      {"version", entry.version},
                      {"kinds", entry.kinds},
                      {"description", entry.description}});
    return {compact(list) + "\n", {}};
  }
  if (found->empty()) return {"no servers\n", {}};
  std::vector<std::vector<std::string>> rows;
  for (const auto& entry : *found)
    rows.push_back({entry.name, entry.version, joined(entry.kinds), entry.description});
  return {table_text({{"NAME"}, {"VERSION"}, {"KINDS"}, {"DESCRIPTION"}}, rows, width), {}};
}

bool asks_registry(const cli_request& request) {
  return !request.registry_name.empty() || request.server.find('/') != std::string::npos;
}

result<cli_request> resolved_by_registry(cli_request request, std::string& told) {
  if (!request.git.empty() || !request.definition.empty() || !request.rest.empty())
    return error{errc::bad_config, "a name of a registry is a source of its own; leave out "
                                   "--config, --git and --"};
  const bool named = !request.registry_name.empty();
  const auto name = named ? request.registry_name : request.server;
  if (!named) request.server = server_name_of_registry(name);
  const auto registry = chosen_registry(request);
  if (!registry) return registry.failure();
  const auto entry = find_in_registry(*registry, name, request.authorities);
  if (!entry) return entry.failure();
  const auto definition = definition_of_registry(*entry, given_of(request.variables));
  if (!definition) return definition.failure();
  request.definition = compact(*definition);
  auto shown = *definition;
  for (const char* section : {"env", "headers"}) // Their names alone.
    if (shown.contains(section)) {
      auto names = reply_json::array();
      for (const auto& [key, value] : shown[section].items()) names.push_back(key);
      shown[section] = std::move(names);
    }
  told = printable(request.server + ": " + entry->name + " " + entry->version + " as " +
                   compact(shown)) +
         "\n";
  return request;
}

} // namespace toolscore
