#pragma once
#include "gateway/jwt.hpp"

#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace toolscore {

/// A key as OpenSSL has it; null where its numbers are no key.
using public_key = std::shared_ptr<evp_pkey_st>;
public_key make_public_key(const json_web_key& x);

/// @param signature as JSON Web Tokens have it: of ES256 r and s, 32 bytes each
bool is_signed_by(const public_key& key, jwt_algorithm algorithm, std::string_view text,
                  std::string_view signature);

} // namespace toolscore
