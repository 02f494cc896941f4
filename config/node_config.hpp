#pragma once
#include "config/environment.hpp"
#include "messages/access.hpp"
#include "messages/error.hpp"
#include "messages/server_spec.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Whether `/mcp` asks for the token too. The control plane always does.
enum class mcp_auth_mode : std::uint8_t { none, token };
const char* to_string(mcp_auth_mode x) noexcept;

/// One configuration file, read and checked.
struct node_config {
  std::string listen_address = "127.0.0.1";     ///< IPv6 without its brackets.
  std::uint16_t listen_port = 8088;             ///< 0 = any free port.
  std::string state_dir;                        ///< Absolute.
  mcp_auth_mode mcp_auth = mcp_auth_mode::none; ///< `token` where there are tokens or an issuer.
  edge_spec edge;
  std::uint32_t installs_max = 2;
  std::uint32_t starts_max = 0; ///< 0 = four times the cores; the node knows them.
  milliseconds stop_deadline{25'000};
  /// What instances with a port of their own are given, both included; 0 = the runners' own.
  std::uint16_t ports_first = 0;
  std::uint16_t ports_last = 0;
  std::string engine;   ///< Of containers: its unix socket; empty = the first that answers.
  std::string registry; ///< Where `add` and `search` look servers up; empty = nowhere.
  bool records_calls = true;
  std::uint32_t records_keep_max = 5'000'000; ///< Older records are deleted.
  milliseconds records_keep_for{0};           ///< The same, by their age; 0 = whatever it is.
  server_policy defaults;
  std::vector<server_spec> servers;                      ///< In the file's order.
  std::vector<group_spec> groups;                        ///< Their members are known.
  std::map<std::string, input_note, std::less<>> inputs; ///< Of "inputs", by id.
  std::vector<std::string> ignored; ///< Paths of foreign keys: "mcpServers.fs.autoApprove".
};

inline constexpr std::size_t config_bytes_max = 4u << 20;
inline constexpr std::size_t servers_max = 4096;

/// Reads a configuration: JSON with comments and trailing commas. Nothing of a bad file is used.
/// @param file_name stands in front of every error text
/// @error bad_config    "file:line:column: what, what to do" or "file: path: what, what to do"
/// @error not_supported a documented key has a value that this build does not act on
result<node_config> parse_config(std::string_view text, std::string_view file_name,
                                 const environment& env);

/// What a node does without a file: the defaults, and `state_dir` under HOME.
result<node_config> default_config(const environment& env);

} // namespace toolscore
