#pragma once
#include "messages/error.hpp"
#include "runners/oauth/oauth_metadata.hpp"
#include "runners/oauth/oauth_text.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

using wall_moment = std::chrono::system_clock::time_point;

/// Tokens as an authorization server gave them.
struct oauth_tokens {
  std::string access;
  std::string refresh; ///< Empty = it cannot be asked for more with what we have.
  std::string scope;
  wall_moment obtained{};
  std::optional<wall_moment> expires; ///< Of `access`; nothing = it does not say.
};

/// Whether another access token is to be had before this one is used: it ends within a minute, or
/// within a fifth of its life where that is shorter.
bool is_due(const oauth_tokens& tokens, wall_moment now) noexcept;
/// Whether it has ended.
bool is_expired(const oauth_tokens& tokens, wall_moment now) noexcept;

/// Reads the answer of a token endpoint (RFC 6749, 5). What it leaves out stays as it is `before`.
/// @error unauthorized  it was refused: the grant is good no more, or the client is not known; a
///                      retry helps nobody
/// @error bad_answer    it makes no sense, or it was another refusal
/// @error io_failed     not now: 429 and 5xx
result<oauth_tokens> read_token_answer(int status, std::string_view json, wall_moment now,
                                       const oauth_tokens& before);

/// A request to a token endpoint: headers and body.
struct token_request {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
/// @param fields  "grant_type" and what belongs to it; the client is added, as it shows itself
token_request make_token_request(const oauth_client& client, form_fields fields);

/// A login as it is kept in a file: with whom, as whom, for what, and the tokens.
struct login_record {
  std::string server; ///< resource_identifier() of whom the tokens are for.
  std::string issuer;
  std::string token_endpoint;
  std::string revocation_endpoint; ///< Empty = it takes no token back.
  oauth_client client;
  std::string resource;
  oauth_tokens tokens;
};
std::string to_text(const login_record& x);
/// Nothing where it is none.
std::optional<login_record> read_login_record(std::string_view text);
/// Nothing where it is none, or another server's: a URL that was changed has no login.
std::optional<login_record> read_login_record(std::string_view text, const std::string& server);

} // namespace toolscore
