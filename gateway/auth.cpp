#include "gateway/auth.hpp"

#include <algorithm>

namespace toolscore {

namespace {

struct host_port {
  std::string_view host;
  std::string_view port; ///< Empty = not given.
};

std::optional<host_port> parse_host(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::size_t end = text.front() == '[' ? text.find(']') : text.find(':');
  if (text.front() == '[') {
    if (end == std::string_view::npos) return std::nullopt;
    ++end;
  }
  host_port x{text.substr(0, end), {}};
  if (end >= text.size()) return x;
  if (text[end] != ':') return std::nullopt;
  x.port = text.substr(end + 1);
  const bool digits =
      std::all_of(x.port.begin(), x.port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (x.port.empty() || x.port.size() > 5 || !digits) return std::nullopt;
  return x;
}

bool is_loopback(std::string_view host) {
  return equals_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

bool is_ours(const auth_policy& policy, std::string_view text, std::string_view default_port) {
  const auto x = parse_host(text);
  if (!x) return false;
  const auto port = x->port.empty() ? default_port : x->port;
  if (is_loopback(x->host) && port == std::to_string(policy.port)) return true;
  return std::any_of(policy.hosts.begin(), policy.hosts.end(), [&](const std::string& name) {
    const bool with_port = parse_host(name).value_or(host_port{}).port.size() != 0;
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return equals_ignoring_case(with_port ? text : x->host, lower);
  });
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 80)) out += c >= 0x21 && c < 0x7f && c != '"' ? c : '?';
  return out;
}

} // namespace

std::optional<std::string> check_origin(const auth_policy& policy, const inbound_request& request) {
  const auto& headers = request.headers;
  // No page of a browser can speak to a unix socket, so names do not matter there.
  if (!request.peer.local_socket) {
    const auto host = headers.get("host");
    if (!host || headers.count("host") != 1) return "one Host header is needed";
    if (!is_ours(policy, *host, "80"))
      return "Host " + shown(*host) + " is not a name of this node; add it to node.hosts";
  }
  const auto origin = headers.get("origin");
  if (!origin) return std::nullopt;
  if (headers.count("origin") == 1) {
    if (origin->starts_with("http://") && is_ours(policy, origin->substr(7), "80"))
      return std::nullopt;
    // Behind a proxy that speaks TLS a page of ours has a name that was configured.
    if (origin->starts_with("https://") && !is_loopback(origin->substr(8)) &&
        is_ours(policy, origin->substr(8), "443"))
      return std::nullopt;
  }
  return "Origin " + shown(*origin) + " is not allowed here";
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  unsigned difference = a.size() == b.size() ? 0u : 1u;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^
                  static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  return difference == 0;
}

authorization authorize(const auth_policy& policy, const peer_info& peer,
                        std::optional<std::string_view> header, route_scope scope) {
  if (peer.local_socket) {
    if (!peer.owner) return {403, {}};
    return {0, {peer.name, true}};
  }
  bool has_token = false;
  if (header && header->size() > 7 && equals_ignoring_case(header->substr(0, 7), "bearer "))
    has_token = !policy.token.empty() && equal_in_constant_time(header->substr(7), policy.token);
  if (has_token) return {0, {"token", true}};
  const bool open = policy.loopback && (scope == route_scope::open ||
                                        (scope == route_scope::mcp && !policy.mcp_token));
  if (open) return {0, {peer.name, false}};
  return {401, {}};
}

} // namespace toolscore
