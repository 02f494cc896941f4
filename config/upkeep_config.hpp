#pragma once
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

namespace toolscore {

/// idle_stop and max_lifetime: null, or a duration.
void read_upkeep(fields& object, server_policy& out);

/// After a whole server is read: what is never called would sleep for ever.
void check_upkeep(fields& server, server_policy& policy);

} // namespace toolscore
