#pragma once
#include "runners/oauth/oauth_ask_io.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Gives a login's tokens back to who gave them (RFC 7009), the refresh token first. `then` is
/// called once, on the loop, never from inside; dropping what is returned ends it unheard.
/// @param then  which token was not taken back and why, one line; empty = all were
std::shared_ptr<void> revoke_tokens(http_dialer& dialer, const oauth_reach& reach,
                                    const login_record& login,
                                    std::function<void(std::string)> then);

} // namespace toolscore
