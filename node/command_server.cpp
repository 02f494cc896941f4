#include "node/command_server.hpp"

#include "config/expand.hpp"
#include "config/server_config.hpp"
#include "node/reply_json.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace toolscore {
namespace {

using namespace std::string_view_literals;

constexpr std::array launchers{"npx"sv,  "uvx"sv,     "bunx"sv, "node"sv, "python"sv,
                               "deno"sv, "python3"sv, "sh"sv,   "bash"sv, "env"sv};

/// "/opt/x/server.py" gives "server", "@scope/pkg@1.2" gives "pkg".
std::string stem(std::string_view path) {
  path.remove_prefix(path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1);
  if (const auto version = path.find('@', 1); version != path.npos) path = path.substr(0, version);
  if (const auto dot = path.find('.', 1); dot != path.npos) path = path.substr(0, dot);
  return std::string(path);
}

} // namespace

std::string name_of_command(const std::vector<std::string>& command) {
  std::string name = command.empty() ? std::string() : stem(command.front());
  if (std::find(launchers.begin(), launchers.end(), name) != launchers.end()) {
    const auto launched = std::find_if(command.begin() + 1, command.end(), [](const auto& word) {
      return !word.empty() && !word.starts_with('-') && word.find('=') == word.npos;
    });
    if (launched != command.end()) name = stem(*launched);
  }
  name = suggest_server_name(name);
  return legal_server_name(name) ? name : "server";
}

result<node_config> add_command_server(node_config config, const std::vector<std::string>& command,
                                       const environment& env) {
  if (command.empty())
    return error{errc::bad_config, "run needs a command: toolscore run -- COMMAND"};
  auto object = reply_json::object();
  object["command"] = escape_references(command.front());
  for (std::size_t i = 1; i < command.size(); ++i)
    object["args"].push_back(escape_references(command[i]));
  auto spec = parse_server(name_of_command(command), compact(object), config.defaults, env);
  if (!spec) return spec.failure();
  config.servers.push_back(std::move(*spec));
  return config;
}

} // namespace toolscore
