#include "node/add_definition.hpp"

#include "config/expand.hpp"
#include "config/json_text.hpp"
#include "config/server_config.hpp"
#include "node/reply_json.hpp"

namespace toolscore {
namespace {

/// The shell has expanded what it wanted to; the node shall not expand the rest.
reply_json as_written(const std::vector<std::string>& words, std::size_t from) {
  auto list = reply_json::array();
  for (; from < words.size(); ++from) list.push_back(escape_references(words[from]));
  return list;
}

} // namespace

result<std::string> add_definition(const cli_request& request) {
  if (!legal_server_name(request.server))
    return error{errc::bad_config, "\"" + one_line(request.server.substr(0, 60)) +
                                       "\" is no server name, write \"" +
                                       suggest_server_name(request.server) + "\""};
  const bool git = !request.git.empty();
  const bool written = !request.definition.empty();
  const auto given = static_cast<std::size_t>(written + git) + request.sources.size();
  const bool remote = given == 1 && !request.sources.empty() && request.sources[0].first == "url";
  if (given > 1 || ((written || remote) && !request.rest.empty()) ||
      (given == 0 && request.rest.empty()))
    return error{errc::bad_config,
                 "give one source: --npm PKG, --pypi PKG, --git URL, --path DIR, --archive FILE, "
                 "--mcpb FILE, --image IMAGE, --remote URL, --config JSON, or -- COMMAND"};
  if (!git && !(request.ref.empty() && request.subdir.empty()))
    return error{errc::bad_config, "--ref and --subdir belong to --git URL"};
  reply_json config;
  if (written) {
    auto parsed = parse_json_text(request.definition, "--config");
    if (!parsed) return parsed.failure();
    if (!parsed->is_object())
      return error{errc::bad_config, "--config takes one server's JSON object; a file for all "
                                     "commands is named with -c FILE before `add`"};
    config = std::move(*parsed);
  } else if (git) {
    config["git"] = request.git;
    if (!request.ref.empty()) config["ref"] = request.ref;
    if (!request.subdir.empty()) config["subdir"] = request.subdir;
    if (!request.rest.empty()) config["args"] = as_written(request.rest, 0);
  } else if (given == 1) {
    const auto& [key, value] = request.sources.front();
    config[key] = escape_references(value);
    if (!request.rest.empty()) config["args"] = as_written(request.rest, 0);
  } else {
    config["command"] = escape_references(request.rest.front());
    if (request.rest.size() > 1) config["args"] = as_written(request.rest, 1);
  }
  return compact({{"name", request.server}, {"config", config}, {"wait", request.wait}});
}

} // namespace toolscore
