#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/access.hpp"

namespace toolscore {

/// Reads "http_sse", "hosts", "tokens", "access", "issuer" and "tls" of the node's section.
void read_edge(fields& node, edge_spec& out, const environment& env);

} // namespace toolscore
