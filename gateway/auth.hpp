#pragma once
#include "gateway/http_types.hpp"
#include "messages/access.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

using token_digest = std::array<unsigned char, 32>; ///< SHA-256 of a token.

/// A configured client.
struct known_token {
  std::string name;
  scope_set scopes;
  token_digest digest{};
};

/// What a token of the issuer's is worth.
struct token_verdict {
  enum class kind : std::uint8_t { good, bad, later };
  kind what = kind::bad; ///< `later`: its key is not known yet and being fetched.
  std::string name;      ///< Of the principal.
  scope_set scopes;
  std::string why; ///< One line, where it is not good; nothing of the token.
};

/// Whoever knows the issuer's keys.
class token_verifier {
public:
  token_verifier() = default;
  token_verifier(const token_verifier&) = delete;
  token_verifier& operator=(const token_verifier&) = delete;
  virtual ~token_verifier() = default;
  virtual token_verdict verify(std::string_view token) = 0;
};

struct auth_policy {
  std::uint16_t port = 0;         ///< Ours, where TCP is listened to.
  bool loopback = true;           ///< We listen on loopback only.
  bool mcp_token = false;         ///< /mcp needs the token on loopback too.
  std::string token;              ///< The owner's; empty = nobody is owner over TCP.
  std::vector<std::string> hosts; ///< Further names we go by: "gateway.example[:port]".
  std::string address;            ///< The one we listen at, as a Host has it; empty = any.
  bool tls = false;               ///< Over TCP we speak TLS.
  std::vector<known_token> tokens;
  token_digest (*digest_of)(std::string_view) = nullptr; ///< Needed where there are tokens.
  token_verifier* issuer = nullptr;                      ///< Null = there is none.
};

/// Is the Host ours, and does the Origin, where there is one, belong to a page that we trust? Keeps
/// pages of other sites, and names that were rebound to our address, from reaching any path.
/// @returns what to answer with 403, or nothing
std::optional<std::string> check_origin(const auth_policy& policy, const inbound_request& request);

/// The token of an Authorization field; nothing where it is of another scheme, or misses it.
std::optional<std::string_view> bearer_token(std::string_view field) noexcept;

struct authorization {
  int failure = 0; ///< 0, 401, 403, or 503: ask again in a moment.
  principal who;
  scope_set scopes;
  bool administrator = false; ///< The account that runs the node; no access rule is about it.
  bool refused_token = false; ///< What was sent is no good token.
  std::string why;            ///< Of a token that is not good.
};
/// Who is asking, and may they go where `where` says? Of /mcp this is the least; what is asked
/// there stands in the body.
authorization authorize(const auth_policy& policy, const peer_info& peer,
                        std::optional<std::string_view> header, route_scope where,
                        http_method method = http_method::get);

/// In a time that depends on the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace toolscore
