#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/http_place.hpp"

namespace toolscore {

/// Reads "auth" of a remote server, once its place and its headers are read.
void read_auth(fields& server, http_endpoint& out, const environment& env);

/// The key's value again, with everything expanded; null where nothing was said.
nlohmann::ordered_json auth_json(const oauth_settings& auth);

} // namespace toolscore
