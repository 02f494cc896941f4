#pragma once
#include "messages/http_place.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// A proxy, spoken to in clear. Holds secrets.
struct http_proxy {
  http_place place;
  std::string authorization; ///< "Basic ..." of its user; empty = it has none.
};

/// Through whom remote servers are spoken to, as curl and others read it from the environment.
struct proxy_settings {
  std::optional<http_proxy> http;  ///< HTTP_PROXY, for http:// and ws://
  std::optional<http_proxy> https; ///< HTTPS_PROXY, for https:// and wss://
  std::vector<std::string> direct; ///< NO_PROXY, an entry each, in lower case.
  std::string fault;               ///< A proxy that cannot be used, one line without secrets.
};

/// Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY; in lower case they come first.
/// @param variable  the value of one; nothing where it is unset
proxy_settings
read_proxies(const std::function<std::optional<std::string>(std::string_view name)>& variable);

/// Whether an entry of NO_PROXY means it: "*", "example.org" and ".example.org" with all below it,
/// an address, each with or without a port.
bool goes_direct(const std::vector<std::string>& direct, const http_place& to);

/// The proxy for a place; null = none. This host is never asked for by way of another.
const http_proxy* proxy_for(const proxy_settings& settings, const http_place& to);

/// How a place is named to a proxy: "example.org:443".
std::string connect_target(const http_place& to);

} // namespace toolscore
