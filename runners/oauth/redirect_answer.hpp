#pragma once
#include "runners/oauth/oauth_metadata.hpp"
#include "runners/oauth/oauth_text.hpp"

#include <string>

namespace toolscore {

/// What a browser that came back means.
struct redirect_answer {
  enum class kind : std::uint8_t {
    stray,   ///< It is not of the login that was begun, which goes on.
    refused, ///< It is, and the login has failed.
    code,
  };
  kind is = kind::stray;
  std::string text; ///< refused: why, one line; code: the authorization code.
};

/// Judges the query of a redirect: its state first, then who sends it (RFC 9207), then what.
/// @param state  as it was sent
redirect_answer judge_redirect(const form_fields& query, const std::string& state,
                               const issuer_metadata& issuer);

/// The page on which a person logs in.
struct authorization_request {
  std::string endpoint;
  std::string client_id;
  std::string redirect_uri;
  std::string state;
  std::string challenge; ///< Of PKCE, S256.
  std::string resource;
  std::string scope;
};
std::string authorization_url(const authorization_request& x);

} // namespace toolscore
