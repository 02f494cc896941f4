#include "config/expand.hpp"
#include "config/json_text.hpp"
#include "config/node_config.hpp"
#include "node/add_definition.hpp"
#include "node/config_file_io.hpp"
#include "node/node_address_io.hpp"
#include "node/printable.hpp"
#include "node/sources/env_file.hpp"
#include "node/sources/host_config.hpp"
#include "node/sources/resolve_image_io.hpp"
#include "node/sources/resolve_io.hpp"
#include "node/sources/source_commands_io.hpp"
#include "node/terminal_io.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace toolscore {
namespace {

command_output refused(const error& failure) {
  return {{}, "error: " + printable(failure.detail) + "\n", exit_code::usage};
}

/// The file that is named, else all that the hosts have where they usually have them.
result<std::vector<std::string>> chosen_files(const cli_request& request) {
  std::vector<mcp_host> hosts;
  if (!request.from_host.empty()) {
    const auto host = mcp_host_named(request.from_host);
    if (!host)
      return error{errc::bad_config, "--from \"" + one_line(request.from_host.substr(0, 40)) +
                                         "\" is none of " + std::string(mcp_host_words)};
    hosts.push_back(*host);
  }
  if (!request.file.empty()) return std::vector<std::string>{absolute_path(request.file)};
  if (hosts.empty())
    hosts = {mcp_host::claude_desktop, mcp_host::claude_code, mcp_host::cursor, mcp_host::vscode};
  const char* const home = std::getenv("HOME");
  std::vector<std::string> files;
  for (const auto host : hosts)
    for (const auto& file : host_files(host, home != nullptr ? home : "", absolute_path(".")))
      if (file_exists(file) && std::find(files.begin(), files.end(), file) == files.end())
        files.push_back(file);
  if (files.empty())
    return error{errc::bad_config, "none of the usual files is there, name one: toolscore import "
                                   "FILE"};
  return files;
}

bool says_yes(std::size_t count) {
  write_error("add " + std::to_string(count) + (count == 1 ? " server" : " servers") + "? [y/N] ");
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes";
}

/// The variables of its `envFile` become its own; what its "env" says itself stays.
void take_env_file(found_server& server) {
  const auto file = text_of(server.config, "envFile");
  if (!server.fault.empty() || file.empty()) return;
  const auto refuse = [&](const std::string& why) {
    server.fault =
        server.name + ".envFile: " + why + "; mend it, or write its variables into \"env\"";
  };
  if (!file.starts_with('/')) return refuse("\"" + file + "\" is no absolute path");
  const auto text = read_text_file(file, env_file_bytes_max);
  if (!text) return refuse(text.failure().detail);
  const auto variables = read_env_file(*text);
  if (!variables) return refuse(file + ": " + variables.failure().detail);
  auto& env = server.config["env"];
  if (env.is_null()) env = reply_json::object();
  for (const auto& [name, value] : *variables)
    if (env.is_object() && !env.contains(name)) env[name] = escape_references(value);
  server.config.erase("envFile");
}

/// What would be installed today is what is written down, so that it is the same tomorrow.
void pin(found_server& server, bool unpinned_too) {
  const auto package = server.fault.empty() ? loose_package_of(server.config) : std::nullopt;
  if (!package) return;
  const auto version = resolve_version(*package);
  if (version) {
    server.config = with_version(std::move(server.config), *package, *version);
    server.pinned = *version;
  } else if (!unpinned_too) {
    server.fault = "the version of " + package->written() +
                   " that is newest now is not known: " + version.failure().detail +
                   "; write one behind it, or take it without by --unpinned";
  }
}

/// What the configuration says of an engine; nothing where it cannot be read, as without one.
std::string engine_of(const cli_request& request) {
  const auto file = chosen_config_file(request);
  const auto config = read_node_config(file, process_environment(file));
  return config ? config->engine : std::string();
}

std::string not_known(const std::string& image, const std::string& why) {
  return "the digest of " + image + " is not known: " + why +
         "; write it behind it (NAME@sha256:...), or take it without by --unpinned";
}

/// The same for an image: its digest is written down.
void pin_image(found_server& server, bool unpinned_too, const std::string& engine) {
  const auto image = server.fault.empty() ? loose_image_of(server.config) : std::nullopt;
  if (!image || (unpinned_too && !image->name)) return;
  auto found = resolve_image(*image, engine);
  if (!found && !unpinned_too) server.fault = not_known(image->written, found.failure().detail);
  if (!found) return;
  if (!*found && !server.unsaid.empty()) { // Its program may have another engine than the node.
    if (!unpinned_too)
      server.fault = not_known(image->written, "the engine here neither has it nor asks for it");
    return;
  }
  if (!*found) {
    server.pull = true;
    server.image = "what " + image->written +
                   " is when it is added: it is pulled then, and kept by its digest";
    return;
  }
  server.config = with_image(std::move(server.config), (*found)->pinned);
  server.image = (*found)->pinned + ", what " + image->written + " is now by " + (*found)->from;
}

/// @returns false: it is not added, and `answer` says why
bool pull(found_server& server, bool unpinned_too, const std::string& engine,
          command_output& answer) {
  const auto image = server.pull ? loose_image_of(server.config) : std::nullopt;
  if (!image) return true;
  write_error("pulling " + printable(image->written) + "\n");
  const auto found = pull_image(*image, engine);
  if (!found) {
    answer.err += (unpinned_too ? "warning: " : "error: ") + server.name + ": " +
                  printable(not_known(image->written, found.failure().detail)) + "\n";
    if (!unpinned_too) answer.code = exit_code::failed;
    return unpinned_too;
  }
  server.config = with_image(std::move(server.config), found->pinned);
  answer.out += server.name + " is " + printable(found->pinned) + "\n";
  return true;
}

/// All that the files have, the first of a name; one that cannot be read is told and left out.
std::vector<found_server> servers_in(const std::vector<std::string>& files, bool unpinned_too,
                                     const std::string& engine, command_output& answer) {
  std::vector<found_server> servers;
  for (const auto& file : files) {
    const auto text = read_text_file(file, config_bytes_max);
    auto found =
        text ? servers_of_host(*text, file) : result<std::vector<found_server>>(text.failure());
    if (!found) {
      answer.err += "error: " + printable(found.failure().detail) + "\n";
      answer.code = exit_code::failed;
      continue;
    }
    answer.out += printable(file) + "\n";
    for (auto& server : *found) {
      if (std::any_of(servers.begin(), servers.end(),
                      [&](const auto& x) { return x.name == server.name; }))
        server.fault = "the name \"" + server.name + "\" is taken by one before it";
      take_env_file(server);
      take_container(server);
      pin(server, unpinned_too);
      pin_image(server, unpinned_too, engine);
      answer.out += shown_server(server);
      servers.push_back(std::move(server));
    }
  }
  return servers;
}

} // namespace

command_output import_command(const cli_request& request, const command_context& context) {
  const auto files = chosen_files(request);
  if (!files) return refused(files.failure());
  const bool person = ::isatty(STDIN_FILENO) != 0;
  if (!request.yes && !person)
    return refused({errc::bad_config, "stdin is no terminal, so nobody can be asked; --yes adds "
                                      "without asking (look at it with `toolscore plan` first)"});
  command_output answer;
  const auto engine = engine_of(request);
  auto servers = servers_in(*files, request.unpinned, engine, answer);
  const auto good = static_cast<std::size_t>(
      std::count_if(servers.begin(), servers.end(), [](const auto& x) { return x.fault.empty(); }));
  if (good != servers.size()) answer.code = exit_code::failed;
  if (good == 0) return answer;
  write_output(std::exchange(answer.out, {}));
  if (!request.yes && !says_yes(good)) {
    answer.err += "nothing was added\n";
    answer.code = exit_code::failed;
    return answer;
  }
  for (auto& server : servers) {
    if (!server.fault.empty() || !pull(server, request.unpinned, engine, answer)) continue;
    cli_request add;
    add.command = command_kind::add;
    add.server = server.name;
    add.definition = compact(server.config);
    add.wait = false;
    const auto one = run_command(add, context);
    answer.out += one.out;
    answer.err += one.err;
    if (one.code != exit_code::ok) answer.code = one.code;
    if (one.code == exit_code::no_node) break;
  }
  return answer;
}

} // namespace toolscore
