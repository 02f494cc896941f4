#pragma once
#include "messages/error.hpp"

#include <string>

namespace toolscore {

/// 256 random bits, as base64url: a code verifier of PKCE, or a state.
/// @error io_failed  the system has no randomness
result<std::string> random_secret();

/// The S256 challenge of a verifier (RFC 7636, 4.2).
std::string code_challenge(const std::string& verifier);

} // namespace toolscore
