#pragma once
#include "messages/access.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What a refused client is told of how to come in.
struct challenge_facts {
  bool refused_token = false;  ///< It sent a token, which is none of ours or is over.
  bool too_little = false;     ///< Its token is good and lacks a scope.
  std::optional<scope> needed; ///< What the request needs.
  std::string_view metadata_url =
      {}; ///< Of the protected resource's metadata; empty = there is none.
};
/// "WWW-Authenticate: Bearer ...", ended by CRLF.
std::string challenge(const challenge_facts& x);

/// The path of the metadata of `resource`, an absolute URL: the well-known prefix and its own path.
std::string metadata_path(std::string_view resource);
/// The same as a URL.
std::string metadata_url(std::string_view resource);
/// True for the root one and for those of /mcp and all below it: one document speaks for all.
bool is_metadata_path(std::string_view path) noexcept;
/// The protected resource's metadata (RFC 9728) as JSON.
std::string metadata_text(const issuer_spec& issuer);

} // namespace toolscore
