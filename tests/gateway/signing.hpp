#pragma once
#include "gateway/jwt.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace toolscore::test {

/// A private key made for one test, with its public half as a member of a key set.
class signing_key {
public:
  explicit signing_key(jwt_algorithm algorithm, std::string id = "k1");
  /// `{"kty":...,"kid":...}`; `more` are further members, each with a comma before it.
  std::string public_half(std::string_view more = {}) const;
  /// A token in its compact form, signed.
  std::string sign(std::string_view header_json, std::string_view claims_json) const;
  /// With the header that its kind has.
  std::string sign(std::string_view claims_json) const;
  const char* algorithm_name() const;
  /// The public key in PEM, as somebody could take it for a secret.
  std::string pem() const;

private:
  std::string signature_of(std::string_view text) const;
  jwt_algorithm algorithm_;
  std::string id_;
  std::shared_ptr<evp_pkey_st> key_;
};

std::string base64url(std::string_view bytes);
/// header.claims.signature with HMAC-SHA256 under `secret`.
std::string hmac_signed(std::string_view header_json, std::string_view claims_json,
                        std::string_view secret);

/// A certificate for localhost and 127.0.0.1 that signs itself, and its key, both PEM.
struct certificate {
  std::string certificate;
  std::string key;
};
certificate make_certificate(std::string_view common_name);

} // namespace toolscore::test
