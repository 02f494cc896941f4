#pragma once
#include "mcp/handshake.hpp"
#include "mcp/list_entries.hpp"
#include "messages/view_policy.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toolscore::mcp {

/// For how long and for whom a server's list is good, as it told; nothing where it is legacy.
struct list_lifetime {
  std::int64_t ttl_ms = 0;
  bool is_public = false;
  std::chrono::steady_clock::time_point fetched;
};

/// One list of a server as its owner keeps it.
struct kept_list {
  bytes array; ///< JSON; null = never fetched.
  list_lifetime life;
};
using kept_lists = std::array<kept_list, list_count>;

/// What a server's policy says about its part in the joint endpoints.
struct offer_policy {
  prefix_mode prefix = prefix_mode::always;
  tool_choice tools;
  bool instructions = true;
  std::vector<std::string>
      held{}; ///< Tools that are not shown until somebody approves them, by name; "*" = all.
};

/// One server's part in the joint endpoints: its lists taken apart once, for every endpoint that
/// shows them. `exposed` of an entry is the server's own name, or the one that its policy gives it.
struct server_offer {
  server_offer() = default;
  server_offer(server_id id, offer_policy how, std::shared_ptr<const handshake_result> told,
               kept_lists lists);
  /// The same server with some lists fetched anew; those that did not change are not read again.
  server_offer(const server_offer& before, std::shared_ptr<const handshake_result> told,
               kept_lists lists);

  server_id server;
  std::uint64_t place = 0; ///< In the configuration's order of all servers.
  offer_policy policy;
  std::shared_ptr<const handshake_result> handshake; ///< Null = it has not been ready yet.
  kept_lists kept;
  std::array<std::shared_ptr<const read_list>, list_count> read; ///< None is null.

private:
  void read_again(served_list kind);
};
using offer_ptr = std::shared_ptr<const server_offer>;

} // namespace toolscore::mcp
