#pragma once
#include "messages/error.hpp"
#include "node/reply_json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Programs whose configuration of MCP servers can be taken over.
enum class mcp_host : std::uint8_t { claude_desktop, claude_code, cursor, vscode };
inline constexpr std::string_view mcp_host_words = "claude-desktop, claude-code, cursor or vscode";
std::optional<mcp_host> mcp_host_named(std::string_view name);

/// Where it usually keeps them, the nearest first. @param here  absolute, the working directory
std::vector<std::string> host_files(mcp_host host, const std::string& home,
                                    const std::string& here);

/// One server of such a file, as it would be added.
struct found_server {
  std::string name;    ///< Legal here.
  std::string written; ///< Its name there.
  reply_json config;   ///< As under "mcpServers".
  std::string fault;   ///< Why it cannot be added; empty = it can.
  std::string pinned;  ///< The version that was put into `config`; empty = it is as written.
  std::string image;   ///< What is known of its image's digest, for people; empty = not looked for.
  bool pull = false;   ///< The digest is known when it was pulled, which is done when it is added.
  std::string unsaid;  ///< Why it stays the command of a container engine; empty = it does not.
};

/// The servers under "mcpServers" and "servers", in their order. `${workspaceFolder}` becomes the
/// folder that the file belongs to. References are checked for their form and not for their values.
/// @error bad_config  it is no JSON, or has no servers
result<std::vector<found_server>> servers_of_host(std::string_view text, const std::string& file);

/// A command that starts a container becomes a server in a container, where all that it says can be
/// said so; else `unsaid` tells why it stays as it is. After its `envFile` was taken over.
void take_container(found_server& server);

/// What adding it would run or connect to, for people: arguments as they are written, names of
/// variables and headers without their values.
std::string shown_server(const found_server& server);

} // namespace toolscore
