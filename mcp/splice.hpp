#pragma once
#include "messages/envelope.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// How one request goes up to a server.
struct upstream_call {
  std::int64_t id = 0;
  era client = era::legacy;
  era server = era::legacy;
  std::string protocol_version;           ///< Of the server; used where it is modern.
  std::optional<std::string> name;        ///< Decoded; replaces params.name or params.uri.
  bool replace_progress_token = false;    ///< By `id`, if the caller sent one.
  std::string client_capabilities = "{}"; ///< JSON; what a modern server is told.
  std::string_view log_level;   ///< Decoded; a modern server sends no log messages without one.
  std::string_view more_params; ///< Members that the caller did not send; empty = none.
};

/// The request as one line (without its newline) for the server: id, progress token and name
/// replaced, the `io.modelcontextprotocol/` keys of `_meta` replaced (modern) or removed (legacy),
/// everything else byte for byte but raw newlines, which become spaces. One allocation.
std::string to_upstream(std::string_view body, const envelope& spans, const upstream_call& call);

/// A notification of a client on its way up; as to_upstream, but without an id.
std::string notification_to_upstream(std::string_view body, const envelope& spans,
                                     const upstream_call& call);

/// A progress notification of a server for its caller: the token is the caller's own again.
std::string progress_to_client(std::string_view line, const envelope& spans,
                               std::string_view token_raw);

/// `notifications/cancelled` for the request that went up as `id`. `reason` may be empty.
std::string cancelled_line(std::int64_t id, std::string_view reason);

} // namespace toolscore::mcp
