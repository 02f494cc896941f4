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
};

/// The servers under "mcpServers" and "servers", in their order. `${workspaceFolder}` becomes the
/// folder that the file belongs to. References are checked for their form and not for their values.
/// @error bad_config  it is no JSON, or has no servers
result<std::vector<found_server>> servers_of_host(std::string_view text, const std::string& file);

/// What adding it would run or connect to, for people: arguments as they are written, names of
/// variables and headers without their values.
std::string shown_server(const found_server& server);

} // namespace toolscore
