#pragma once
#include "messages/access.hpp"
#include "messages/error.hpp"

#include <memory>

struct ssl_ctx_st;

namespace toolscore {

/// What a TLS connection is served with: certificate, key and how.
using tls_context = std::shared_ptr<ssl_ctx_st>;

/// TLS 1.2 and 1.3 with forward secrecy, HTTP/1.1 alone. Blocks on the files.
/// @error bad_config  a file cannot be read or used, they do not belong together, or others may
///                    read the key; the detail says which and what to do
result<tls_context> load_tls(const tls_spec& files);

} // namespace toolscore
