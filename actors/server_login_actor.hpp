#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

/// A person logs in to a remote server, asks how that stands, or logs out. What waits for the login
/// starts once it has come true; after a logout the server begins anew without it.
void take_login_request(server_actor_pointer self, const login_request& message);

/// Its definition goes, and its tokens go with it.
void forget_login(server_actor_pointer self);

} // namespace toolscore
