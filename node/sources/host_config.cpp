#include "node/sources/host_config.hpp"

#include "config/expand.hpp"
#include "config/json_text.hpp"
#include "config/server_config.hpp"
#include "node/printable.hpp"
#include "node/sources/container_command.hpp"
#include "node/sources/image_pinning.hpp"
#include "node/sources/pinning.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;

constexpr std::array host_names{"claude-desktop"sv, "claude-code"sv, "cursor"sv, "vscode"sv};

/// The folder of "/w/.vscode/mcp.json", of "/w/.cursor/mcp.json" and of "/w/.mcp.json" is "/w".
std::string workspace_of(const std::string& file) {
  auto folder = file.substr(0, file.rfind('/'));
  for (const auto dot : {"/.vscode"sv, "/.cursor"sv})
    if (folder.ends_with(dot)) folder.resize(folder.size() - dot.size());
  return folder.empty() ? "/" : folder;
}

void put_workspace(reply_json& value, const std::string& folder) {
  if (value.is_structured()) {
    for (auto& each : value) put_workspace(each, folder);
  } else if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    constexpr auto reference = "${workspaceFolder}"sv;
    const auto written = escape_references(folder);
    for (auto at = text.find(reference); at != text.npos; at = text.find(reference, at)) {
      text.replace(at, reference.size(), written);
      at += written.size();
    }
  }
}

/// Every variable is set: what they hold is the node's affair.
/// @param begin  of each value: "/" where they may have to be paths
environment any_environment(const std::string& begin = {}) {
  environment env;
  env.variable = [begin](std::string_view name) -> std::optional<std::string> {
    return name == "HOME" ? "/home" : begin + std::string(name);
  };
  env.file = [](std::string_view) -> result<std::string> { return std::string(); };
  env.workspace = "/";
  return env;
}

/// Why it cannot be added; empty = it can.
std::string fault_of(const std::string& name, const reply_json& config, const environment& env) {
  const auto spec = parse_server(name, config, name, server_policy{}, env, nullptr);
  return spec ? std::string() : spec.failure().detail;
}

std::string word(std::string_view text) {
  const bool quoted = text.empty() || text.find_first_of(" \t'\"") != text.npos;
  return quoted ? "'" + printable(text) + "'" : printable(text);
}

std::string keys_of(const reply_json& config, std::string_view section) {
  std::string names;
  const auto& object = member_of(config, section);
  if (!object.is_object()) return names;
  for (const auto& [key, value] : object.items())
    names += (names.empty() ? "" : ", ") + printable(key);
  return names;
}

found_server found(const std::string& written, const reply_json& config,
                   const std::string& folder) {
  found_server server{legal_server_name(written) ? written : suggest_server_name(written),
                      written,
                      config,
                      {},
                      {},
                      {},
                      false,
                      {}};
  put_workspace(server.config, folder);
  if (!config.is_object()) {
    server.fault = "is no object";
    return server;
  }
  server.fault = fault_of(server.name, server.config, any_environment());
  return server;
}

/// "/data:/srv (read), /w:/w": what of the host is seen in its container.
std::string mounts_of(const reply_json& config) {
  std::string out;
  for (const auto* const section : {"read", "write"}) {
    const auto& list = member_of(member_of(config, "paths"), section);
    if (!list.is_array()) continue;
    for (const auto& each : list)
      if (each.is_string())
        out += (out.empty() ? "" : ", ") + printable(each.get_ref<const std::string&>()) +
               (section == "read"sv ? " (read)" : "");
  }
  return out;
}

/// The version or the digest that it has, or that it has none.
std::string shown_version(const found_server& server) {
  const auto line = [](const char* title, const std::string& text) {
    return "  " + std::string(title) + text + "\n";
  };
  if (!server.image.empty()) return line("image      ", printable(server.image));
  if (const auto loose = loose_image_of(server.config))
    return line("image      ", "any: what " + printable(loose->written) +
                                   " is when it is pulled; write its digest (NAME@sha256:...) to "
                                   "keep it");
  if (!server.pinned.empty())
    return line("version    ", printable(server.pinned) + ", the newest that fits now");
  if (const auto loose = loose_package_of(server.config))
    return line("version    ", "any: what is newest when it is installed; write it behind " +
                                   printable(loose->written()) + " to keep it");
  return {};
}

} // namespace

std::optional<mcp_host> mcp_host_named(std::string_view name) {
  const auto at = std::find(host_names.begin(), host_names.end(), name);
  if (at == host_names.end()) return std::nullopt;
  return static_cast<mcp_host>(at - host_names.begin());
}

std::vector<std::string> host_files(mcp_host host, const std::string& home,
                                    const std::string& here) {
  const auto application = home + "/Library/Application Support";
  switch (host) {
  case mcp_host::claude_desktop:
    return {home + "/.config/Claude/claude_desktop_config.json",
            application + "/Claude/claude_desktop_config.json"};
  case mcp_host::claude_code:
    return {here + "/.mcp.json", home + "/.claude.json"};
  case mcp_host::cursor:
    return {here + "/.cursor/mcp.json", home + "/.cursor/mcp.json"};
  case mcp_host::vscode:
    return {here + "/.vscode/mcp.json", home + "/.config/Code/User/mcp.json",
            application + "/Code/User/mcp.json"};
  }
  return {};
}

result<std::vector<found_server>> servers_of_host(std::string_view text, const std::string& file) {
  const auto tree = parse_json_text(text, file);
  if (!tree) return tree.failure();
  std::vector<found_server> servers;
  const auto folder = workspace_of(file);
  for (const auto section : {"mcpServers"sv, "servers"sv}) {
    const auto& object = member_of(*tree, section);
    if (!object.is_object()) continue;
    for (const auto& [name, config] : object.items()) {
      auto server = found(name, config, folder);
      if (std::any_of(servers.begin(), servers.end(),
                      [&](const auto& x) { return x.name == server.name; }))
        server.fault = "the name \"" + server.name + "\" is taken by one before it";
      servers.push_back(std::move(server));
    }
  }
  if (servers.empty())
    return error{errc::bad_config,
                 file + ": has no servers, neither under \"mcpServers\" nor under \"servers\""};
  return servers;
}

void take_container(found_server& server) {
  if (!server.fault.empty()) return;
  auto run = read_container_command(server.config);
  if (!run) return;
  server.unsaid = std::move(run->unsaid);
  if (server.unsaid.empty())
    server.unsaid = fault_of(server.name, run->config, any_environment("/"));
  if (server.unsaid.empty()) server.config = std::move(run->config);
}

std::string shown_server(const found_server& server) {
  const auto& config = server.config;
  std::string out = printable(server.name);
  if (server.name != server.written) out += " (there: \"" + printable(server.written) + "\")";
  out += "\n";
  if (!server.fault.empty()) return out + "  skipped    " + printable(server.fault) + "\n";
  const auto line = [&](const char* title, const std::string& value) {
    if (!value.empty()) out += "  " + std::string(title) + value + "\n";
  };
  std::string argv = text_of(config, "command").empty() ? "" : word(text_of(config, "command"));
  for (const auto& argument : member_of(config, "args"))
    if (argument.is_string()) argv += " " + word(argument.get_ref<const std::string&>());
  for (const auto key : {"npm", "pypi", "git", "path", "archive", "mcpb", "image"})
    line("installs   ", text_of(config, key).empty()
                            ? ""
                            : std::string(key) + " " + printable(text_of(config, key)));
  line("runs       ", argv);
  line("connects   ", printable(text_of(config, "url")));
  line("in         ", printable(text_of(config, "cwd")));
  line("variables  ", keys_of(config, "env"));
  line("headers    ", keys_of(config, "headers"));
  if (!text_of(config, "image").empty()) {
    line("mounts     ", mounts_of(config));
    line("network    ", printable(text_of(config, "network")));
  }
  if (!server.unsaid.empty())
    line("stays      ",
         "a command; of a server in a container there is no word for: " + printable(server.unsaid));
  return out + shown_version(server);
}

} // namespace toolscore
