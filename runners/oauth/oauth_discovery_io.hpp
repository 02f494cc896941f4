#pragma once
#include "runners/oauth/oauth_ask_io.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Who gives tokens for a server, and for what they are asked.
struct oauth_found {
  issuer_metadata issuer;
  std::string resource;
  std::string scope; ///< What the server wants; empty = it does not say.
};

/// Finds that out: by the issuer of the configuration, else by the metadata that the server's own
/// challenge names, else at the well-known places (RFC 9728), else at the server's own origin, as
/// servers of 2025-03-26 have it. `then` is called once, never from inside; dropping what is
/// returned ends it unheard.
/// @param challenge  a WWW-Authenticate of the server; empty = it is asked for one
/// @error bad_answer  nobody, or none that is to be believed; one line, with what to do
/// @error io_failed   somebody could not be asked
std::shared_ptr<void> discover_oauth(http_dialer& dialer, const oauth_reach& reach,
                                     const std::string& challenge,
                                     std::function<void(result<oauth_found>)> then);

} // namespace toolscore
