#include "gateway/scopes.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

// What asks and changes nothing.
constexpr std::array<std::string_view, 15> reading{
    "initialize",
    "server/discover",
    "ping",
    "tools/list",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "completion/complete",
    "logging/setLevel",
    "subscriptions/listen",
    "",
};

} // namespace

std::optional<scope> needed_scope(http_method method, route_scope where) noexcept {
  switch (where) {
  case route_scope::open:
    return std::nullopt;
  case route_scope::mcp:
    return scope::mcp_read;
  case route_scope::owner:
    break;
  }
  return method == http_method::get ? scope::control_read : scope::control_write;
}

scope scope_of_method(std::string_view method) noexcept {
  if (method == "tools/call") return scope::mcp_call;
  const bool reads = method.starts_with("notifications/") ||
                     std::find(reading.begin(), reading.end(), method) != reading.end();
  return reads ? scope::mcp_read : scope::mcp_call;
}

} // namespace toolscore
