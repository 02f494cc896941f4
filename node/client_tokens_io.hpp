#pragma once
#include "config/environment.hpp"
#include "gateway/auth.hpp"
#include "messages/access.hpp"
#include "messages/error.hpp"

#include <vector>

namespace toolscore {

/// The hashes of the configured clients' tokens, read where they stand. Blocks on files.
/// @error bad_config  one is missing, too short, there twice, or in a file that others may read
result<std::vector<known_token>> read_client_tokens(const std::vector<token_spec>& tokens,
                                                    const environment& variables);

} // namespace toolscore
