#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// What a request is refused with that was not read to its end, as one line of JSON: a JSON-RPC
/// error on the MCP paths, the control plane's form elsewhere. `path` may be unknown, then empty.
/// `status` is 400, 413, 431 or 501.
std::string unread_text(int status, std::string_view path, std::uint32_t header_bytes_max,
                        std::uint64_t body_bytes_max);

} // namespace toolscore
