#pragma once
#include "messages/access.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// The signatures that are taken. None with a shared secret, so that no public key can pass for
/// one; and never none at all.
enum class jwt_algorithm : std::uint8_t { rs256, es256, eddsa };

/// A JSON Web Token in its compact form, read and not believed: nothing of it is true before its
/// signature is verified.
struct jwt {
  jwt_algorithm algorithm = jwt_algorithm::rs256;
  std::string key;              ///< "kid"; empty = it names none.
  std::string_view signed_text; ///< In the token.
  std::string signature;        ///< As bytes.
  std::string issuer;
  std::vector<std::string> audience;
  std::string subject;
  std::chrono::system_clock::time_point expires;
  std::optional<std::chrono::system_clock::time_point> not_before;
  scope_set scopes; ///< Those of "scope" and "scp" that are ours.
};

inline constexpr std::size_t jwt_bytes_max = 8'192;

/// `token` must outlive the answer.
/// @error bad_request  it is none, or of a kind that is not taken; one line, nothing of the token
result<jwt> read_jwt(std::string_view token);

/// What is wrong with what it says of itself; empty = nothing.
std::string check_claims(const jwt& x, const issuer_spec& issuer,
                         std::chrono::system_clock::time_point now);

/// Strict: no padding, nothing of another alphabet, no stray bits.
std::optional<std::string> base64url_decoded(std::string_view text);

/// A public key of a JSON Web Key Set.
struct json_web_key {
  jwt_algorithm algorithm = jwt_algorithm::rs256; ///< The one it serves.
  std::string id;                                 ///< "kid"; empty = it has none.
  // As bytes: n and e of RSA; x and y of P-256; x of Ed25519.
  std::string first;
  std::string second;
};

inline constexpr std::size_t key_set_bytes_max = 256u << 10;
inline constexpr std::size_t keys_max = 64;

/// The keys of a set that can verify what is taken here; others are left out.
/// @error bad_request  it is no key set, or has none of those
result<std::vector<json_web_key>> read_key_set(std::string_view json);

/// The only key that `x` can be signed with; null = there is none, or it cannot be told.
const json_web_key* find_key(const std::vector<json_web_key>& keys, const jwt& x);

} // namespace toolscore
