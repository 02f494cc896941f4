#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// Where something is reached over HTTP: a URL, taken apart.
struct http_place {
  bool tls = false;
  std::string host;         ///< In lower case; an IPv6 address without its brackets.
  std::uint16_t port = 0;   ///< 0: the one that an instance is given.
  std::string target = "/"; ///< Path and query, as they go into a request's first line.
  bool web_socket = false;  ///< It is opened as one: ws:// or wss://.
  bool operator==(const http_place&) const = default;
};

/// How the tokens of a remote server are come by (OAuth 2.1).
enum class oauth_grant : std::uint8_t {
  unsaid,             ///< By a login, should the server ask for one.
  authorization_code, ///< By a login.
  client_credentials, ///< By the client alone.
};
const char* to_string(oauth_grant x) noexcept;

/// "auth" of a remote server. Holds secrets.
struct oauth_settings {
  oauth_grant grant = oauth_grant::unsaid;
  std::string client_id; ///< Empty = we register ourselves where that is offered.
  std::string client_secret;
  std::string scope;  ///< Divided by blanks; empty = what the server asks for.
  std::string issuer; ///< The authorization server; empty = whom the server names.
  bool operator==(const oauth_settings&) const = default;
};

/// What an instance is spoken to over HTTP with. Holds secrets: shown is the place alone.
struct http_endpoint {
  http_place place;
  /// On every request beside ours; names as the user wrote them.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string ca_file; ///< Who is trusted instead of the system's authorities; empty = they are.
  oauth_settings auth;
};

/// Whether one of its headers is Authorization.
bool authorizes_itself(const http_endpoint& x) noexcept;

/// Reads "http://host[:port][/path][?query]" or "https://...", of printable ASCII. A port that is
/// written "${PORT}" is 0. A fragment is dropped; credentials before the host are refused, for a
/// URL is shown.
/// @error bad_config  what is wrong, without the place it stands at
result<http_place> read_http_place(std::string_view url);

/// The same, or "ws://..." or "wss://...".
result<http_place> read_dialed_place(std::string_view url);

/// What a reference means that a server at `base` has written: a whole URL, "//host/path", "/path",
/// "?query" or "path".
/// @error bad_config  it cannot be read
result<http_place> resolve_reference(const http_place& base, std::string_view reference);

/// "example.org" or "example.org:8443": the Host of a request.
std::string authority_of(const http_place& x);
/// "https://example.org:8443": who a browser would say this is.
std::string origin_of(const http_place& x);
/// Origin and path, for people: a query may hold a secret.
std::string shown_place(const http_place& x);
bool same_origin(const http_place& a, const http_place& b) noexcept;
/// "localhost", or an address of the loopback.
bool is_loopback(std::string_view host) noexcept;

} // namespace toolscore
