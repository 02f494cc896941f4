#include "gateway/auth.hpp"

#include "gateway/scopes.hpp"

#include <algorithm>
#include <utility>

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

/// "localhost:8088", whatever its spelling, or the address that we listen at: no name can be
/// rebound to what is none.
bool is_our_address(const auth_policy& policy, std::string_view text) {
  const auto x = parse_host(text);
  if (!x) return false;
  const bool listened_at = !policy.address.empty() && x->host == policy.address;
  if (!listened_at && !is_loopback(x->host)) return false;
  const std::string_view usual = policy.tls ? "443" : "80";
  return (x->port.empty() ? usual : x->port) == std::to_string(policy.port);
}

/// One of the configured names; those without a port stand for every port.
bool is_configured(const auth_policy& policy, std::string_view text) {
  const auto x = parse_host(text);
  if (!x) return false;
  return std::any_of(policy.hosts.begin(), policy.hosts.end(), [&](std::string name) {
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto configured = parse_host(name);
    if (!configured) return false;
    return equals_ignoring_case(configured->port.empty() ? x->host : text, name);
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
    if (!is_our_address(policy, *host) && !is_configured(policy, *host))
      return "Host " + shown(*host) + " is not a name of this node; add it to node.hosts";
  }
  const auto origin = headers.get("origin");
  if (!origin) return std::nullopt;
  if (headers.count("origin") == 1) {
    // Behind a proxy that speaks TLS a page of ours has a name that was configured.
    const bool tls = origin->starts_with("https://");
    const auto host = tls                              ? origin->substr(8)
                      : origin->starts_with("http://") ? origin->substr(7)
                                                       : std::string_view{};
    if (is_configured(policy, host)) return std::nullopt;
    if (tls == policy.tls && is_our_address(policy, host)) return std::nullopt;
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

std::optional<std::string_view> bearer_token(std::string_view field) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (field.size() <= scheme.size() ||
      !equals_ignoring_case(field.substr(0, scheme.size()), scheme))
    return std::nullopt;
  return field.substr(scheme.size());
}

namespace {

/// The client whose token has this hash. All are looked at, so that the time tells nothing.
const known_token* find_client(const auth_policy& policy, std::string_view token) {
  if (policy.tokens.empty()) return nullptr;
  const auto digest = policy.digest_of(token);
  const std::string_view wanted(reinterpret_cast<const char*>(digest.data()), digest.size());
  const known_token* found = nullptr;
  for (const auto& x : policy.tokens) {
    const std::string_view own(reinterpret_cast<const char*>(x.digest.data()), x.digest.size());
    if (equal_in_constant_time(wanted, own)) found = &x;
  }
  return found;
}

/// Whom a token belongs to, whatever is asked. @returns 0, 401 or 503 in `failure`
authorization identify(const auth_policy& policy, std::string_view token) {
  authorization x;
  if (!policy.token.empty() && equal_in_constant_time(token, policy.token)) {
    x.who = {"token", true};
    x.scopes = scope_set::all();
    x.administrator = true;
    return x;
  }
  if (const auto* client = find_client(policy, token)) {
    x.who = {client->name, client->scopes.has(scope::control_write)};
    x.scopes = client->scopes;
    return x;
  }
  x.failure = 401;
  x.refused_token = true;
  x.why = "no token of ours";
  if (policy.issuer == nullptr || token.find('.') == token.npos) return x;
  auto told = policy.issuer->verify(token);
  x.why = std::move(told.why);
  if (told.what == token_verdict::kind::later) x.failure = 503;
  if (told.what != token_verdict::kind::good) return x;
  x.failure = 0;
  x.refused_token = false;
  x.who = {std::move(told.name), told.scopes.has(scope::control_write)};
  x.scopes = told.scopes;
  return x;
}

} // namespace

authorization authorize(const auth_policy& policy, const peer_info& peer,
                        std::optional<std::string_view> header, route_scope where,
                        http_method method) {
  authorization x;
  if (peer.local_socket) {
    x.failure = peer.owner ? 0 : 403;
    x.who = {peer.owner ? peer.name : std::string{}, peer.owner};
    x.administrator = peer.owner;
    if (peer.owner) x.scopes = scope_set::all();
    return x;
  }
  const auto needed = needed_scope(method, where);
  if (header) {
    const auto token = bearer_token(*header);
    if (token) x = identify(policy, *token);
    if (token && x.failure == 0) {
      if (needed && !x.scopes.has(*needed)) x.failure = 403;
      return x;
    }
    x.refused_token = true;
    if (!token) x.why = "the Authorization field has no bearer token";
  }
  const bool open = policy.loopback && (where == route_scope::open ||
                                        (where == route_scope::mcp && !policy.mcp_token));
  if (!open) {
    if (x.failure == 0) x.failure = 401;
    return x;
  }
  x = {};
  x.who.name = peer.name;
  x.scopes.add(scope::mcp_call);
  return x;
}

} // namespace toolscore
