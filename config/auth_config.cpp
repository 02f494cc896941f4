#include "config/auth_config.hpp"

#include "config/expand.hpp"
#include "config/expanded_fields.hpp"
#include "messages/late_value.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t text_bytes_max = 4 * 1024;

/// RFC 6749, 3.3.
bool is_scope(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char x) { return x >= ' ' && x < 0x7f && x != '"' && x != '\\'; });
}

/// What becomes part of a request; one that is late is looked at by whoever is asked with it.
void check_credential(fields& auth, std::string_view key, const std::string& value) {
  if (is_late(value)) return;
  const bool plain = std::all_of(value.begin(), value.end(), [](char x) {
    return static_cast<unsigned char>(x) >= ' ' && x != 0x7f;
  });
  if (!plain || value.size() > text_bytes_max) // It may be a secret, so it is not shown.
    auth.fail(key, "holds a control character, or is over 4 KiB");
}

void read_issuer(fields& auth, oauth_settings& out, const environment& env) {
  read_expanded(auth, "issuer", out.issuer, env);
  if (out.issuer.empty()) return;
  const auto place = read_http_place(out.issuer);
  if (!place) return auth.fail("issuer", place.failure().detail);
  if (place->port == 0) return auth.fail("issuer", "${PORT} is the port of a program of ours");
  if (!place->tls && !is_loopback(place->host))
    auth.fail("issuer", "is http://, where secrets would go in clear, write https://");
}

} // namespace

void read_auth(fields& server, http_endpoint& out, const environment& env) {
  const json* const written = server.find("auth");
  if (written == nullptr || written->is_null()) return;
  fields auth = server.section("auth");
  auth.only({"type", "client_id", "client_secret", "scope", "issuer"});
  if (out.place.web_socket)
    return server.fail("auth", "has a meaning for https:// and http:// alone; write a token into "
                               "\"headers\"");
  if (authorizes_itself(out))
    return server.fail("auth", "and the header \"Authorization\" say the same thing, remove one");
  auto& x = out.auth;
  if (auth.find("type") == nullptr)
    return auth.fail("type", "is missing, write \"authorization_code\" (a person logs in) or "
                             "\"client_credentials\"");
  std::size_t type = 0;
  auth.word("type", type, {"authorization_code", "client_credentials"});
  x.grant = type == 0 ? oauth_grant::authorization_code : oauth_grant::client_credentials;
  read_late(auth, "client_id", x.client_id, env);
  read_late(auth, "client_secret", x.client_secret, env);
  read_expanded(auth, "scope", x.scope, env);
  read_issuer(auth, x, env);
  check_credential(auth, "client_id", x.client_id);
  check_credential(auth, "client_secret", x.client_secret);
  if (!is_scope(x.scope) || x.scope.size() > text_bytes_max)
    auth.fail("scope", "holds what no scope does; write them divided by blanks");
  if (x.grant == oauth_grant::client_credentials)
    for (const auto& [key, value] :
         {std::pair{"client_id", &x.client_id}, std::pair{"client_secret", &x.client_secret}})
      if (value->empty()) auth.fail(key, "is missing, \"client_credentials\" needs it");
  if (!x.client_secret.empty() && x.client_id.empty())
    auth.fail("client_id", "is missing, \"client_secret\" belongs to one");
}

json auth_json(const oauth_settings& auth) {
  if (auth.grant == oauth_grant::unsaid) return nullptr;
  json out{{"type", to_string(auth.grant)}};
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = escape_references(text);
  };
  put("client_id", auth.client_id);
  put("client_secret", auth.client_secret);
  put("scope", auth.scope);
  put("issuer", auth.issuer);
  return out;
}

} // namespace toolscore
