#pragma once
#include "gateway/http_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

struct auth_policy {
  std::uint16_t port = 0;         ///< Ours, where TCP is listened to.
  bool loopback = true;           ///< We listen on loopback only.
  bool mcp_token = false;         ///< /mcp needs the token on loopback too.
  std::string token;              ///< The owner's; empty = nobody is owner over TCP.
  std::vector<std::string> hosts; ///< Further names we go by: "gateway.example[:port]".
};

/// Is the Host ours, and does the Origin, where there is one, belong to a page that we trust? Keeps
/// pages of other sites, and names that were rebound to our address, from reaching any path.
/// @returns what to answer with 403, or nothing
std::optional<std::string> check_origin(const auth_policy& policy, const inbound_request& request);

struct authorization {
  int failure = 0; ///< 0, 401 or 403.
  principal who;
};
/// Who is asking, and may they go where `scope` says?
authorization authorize(const auth_policy& policy, const peer_info& peer,
                        std::optional<std::string_view> header, route_scope scope);

/// In a time that depends on the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace toolscore
