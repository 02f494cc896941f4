#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

namespace toolscore {

/// Reads "url", "headers", "tls" and "auth" of one server, once its source and policy are read. A
/// URL alone makes it a remote one; beside a program it says where that listens, and without it
/// `"link": "http"` means http://127.0.0.1:${PORT}/mcp.
void read_endpoint(fields& server, server_spec& spec, const environment& env);

/// Whether the server is spoken to at a port of its own, by its keys or by its defaults.
bool has_endpoint(const fields& server, const server_policy& defaults);

/// The keys again, with everything expanded.
nlohmann::ordered_json endpoint_json(const server_spec& spec);

} // namespace toolscore
