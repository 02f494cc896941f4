#pragma once
#include "messages/http_place.hpp"
#include "runners/http_dialer_io.hpp"
#include "runners/oauth/oauth_tokens.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// Whom a server's tokens are about, and who may be asked for its sake.
struct oauth_reach {
  http_place server;
  std::string ca_file; ///< Of the server; its authorization server is to be good by it, too.
  std::string issuer;  ///< As the configuration names it; empty = it names none.
};

struct oauth_question {
  std::string verb = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool head_alone = false; ///< The body is not waited for.
};
struct oauth_reply {
  int status = 0;
  std::string challenge; ///< WWW-Authenticate
  std::string body;      ///< 256 KiB at most.
};
using oauth_heard = std::function<void(result<oauth_reply>)>;

/// Asks a place that a server has told, or the configuration: once, within 20 s, following no
/// redirection. It must be https, or loopback where the server is inside itself; and unless the
/// server is, or the place's host is the server's or the issuer's of the configuration, no address
/// inside is connected to. `then` is called once, on the loop, never from inside; dropping what is
/// returned ends it unheard.
/// @error io_failed   nobody could be asked, or the answer broke off
/// @error bad_answer  the place will not do, or the answer is a redirection or over its limit
std::shared_ptr<void> ask_oauth(http_dialer& dialer, const oauth_reach& reach,
                                const std::string& url, oauth_question question, oauth_heard then);

/// The same at a token endpoint. The tokens are told to `known_secrets`.
/// @error as read_token_answer(), and those above
std::shared_ptr<void> ask_tokens(http_dialer& dialer, const oauth_reach& reach,
                                 const std::string& url, token_request request,
                                 const oauth_tokens& before,
                                 std::function<void(result<oauth_tokens>)> then);

} // namespace toolscore
