#pragma once
#include "mcp/tool_filter.hpp"
#include "messages/access.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// What one kind of client is shown of the servers and their tools. What it is not shown is to it
/// as if it did not exist. On the loop's thread: verdicts are remembered.
class client_access {
public:
  explicit client_access(const access_rule& rule)
      : servers_(rule.servers, {}), tools_(rule.allow, rule.deny) {}

  bool shows_server(std::string_view server) { return servers_.allows(server); }
  /// `tool` is the server's own name of it, whatever clients of /mcp see.
  bool shows_tool(std::string_view server, std::string_view tool);

private:
  mcp::tool_filter servers_;
  mcp::tool_filter tools_; ///< Over `server__tool`.
};
using access_ptr = std::shared_ptr<client_access>;

/// All rules, in the order in which they are looked at.
class access_table {
public:
  access_table() = default;
  explicit access_table(const std::vector<access_rule>& rules);

  bool empty() const noexcept { return rules_.empty(); }
  /// @returns null for a principal who is shown everything
  access_ptr of(std::string_view principal) const;

private:
  std::vector<std::pair<std::string, access_ptr>> rules_; ///< A glob over principals, and its rule.
};

} // namespace toolscore
