#pragma once
#include "messages/error.hpp"
#include "messages/http_place.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// What a protected server says of itself (RFC 9728), checked.
struct resource_metadata {
  std::string resource;             ///< Its identifier, as it is asked for in tokens.
  std::vector<std::string> issuers; ///< Of its tokens; one at least, the best first.
  std::string scope;                ///< "scopes_supported", divided by blanks.
};
/// @param server  whom they were asked of: they must be about it, or about what it is a part of
/// @error bad_answer  they are none, or another's; one line
result<resource_metadata> read_resource_metadata(std::string_view json, const http_place& server);

/// What an authorization server says of itself (RFC 8414), checked.
struct issuer_metadata {
  std::string issuer;
  std::string authorization_endpoint; ///< Empty = it logs nobody in.
  std::string token_endpoint;
  std::string registration_endpoint;     ///< Empty = it registers nobody.
  std::string revocation_endpoint;       ///< Empty = it takes no token back.
  std::vector<std::string> auth_methods; ///< How clients show who they are at `token_endpoint`.
  bool takes_s256 = false;               ///< Of the challenges of PKCE.
  bool names_itself = false;             ///< `iss` is in its answers (RFC 9207).
};
/// @param issuer  by whose name they were asked for: it must be theirs (RFC 8414, 3.3)
/// @error bad_answer  they are none, or another's; one line
result<issuer_metadata> read_issuer_metadata(std::string_view json, const std::string& issuer);

/// How a client shows who it is: "none", "client_secret_basic" or "client_secret_post".
std::string chosen_auth_method(const issuer_metadata& of, bool has_secret);

/// Who we are to an authorization server.
struct oauth_client {
  std::string id;
  std::string secret; ///< Empty = it has none.
  std::string auth_method;
};
/// The body of a registration (RFC 7591).
std::string registration_text(const std::string& redirect_uri, const std::string& scope);
/// @error bad_answer  it was refused, or makes no sense; one line
result<oauth_client> read_registration(int status, std::string_view json);

} // namespace toolscore
