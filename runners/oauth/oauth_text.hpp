#pragma once
#include "messages/error.hpp"
#include "messages/http_place.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

using form_fields = std::vector<std::pair<std::string, std::string>>;

/// RFC 4648, 5, without padding: for verifiers, challenges and states.
std::string base64url(std::string_view bytes);
/// "Basic ..." of a client (RFC 6749, 2.3.1): both parts are form-encoded first.
std::string basic_credentials(const std::string& client_id, const std::string& secret);
/// "Basic ..." of a user (RFC 7617), whose parts stand as they are.
std::string plain_credentials(const std::string& user, const std::string& password);

/// "a=b&c=d", as application/x-www-form-urlencoded.
std::string form_text(const form_fields& fields);
/// The reverse, of a query. Nothing where it is malformed, or one name stands there twice.
std::optional<form_fields> read_form(std::string_view text);
/// The value of a field; empty where there is none.
std::string field_of(const form_fields& fields, std::string_view name);

/// What a 401 or a 403 says of how to be let in.
struct bearer_challenge {
  bool bearer = false;           ///< It asks for a bearer token.
  std::string resource_metadata; ///< RFC 9728, 5.1: a URL, as it was written.
  std::string scope;
  std::string error; ///< "invalid_token", "insufficient_scope" ...
};
/// Reads WWW-Authenticate; several headers are joined by commas. What cannot be read is left out.
bearer_challenge read_challenge(std::string_view header);

/// The scopes of all, each once, in their order. What is none is left out.
std::string joined_scopes(std::initializer_list<std::string_view> all);

/// How a server is named as a resource (RFC 8707): its URL without query and without a slash at
/// the end.
std::string resource_identifier(const http_place& server);
/// Where the metadata of a protected resource stand, the best place first (RFC 9728, 3.1).
std::vector<http_place> resource_metadata_places(const http_place& server);
/// Where those of an authorization server stand (RFC 8414, 3.1; OpenID Connect Discovery, 4).
std::vector<http_place> issuer_metadata_places(const http_place& issuer);

/// Why a place is not asked that a server has told us, or a configuration; empty = it is. Tokens go
/// there, so it is https, or loopback.
/// @param inside  it may be on this host: the configured server is
std::string told_place_fault(const http_place& place, bool inside);

} // namespace toolscore
