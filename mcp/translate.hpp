#pragma once
#include "messages/envelope.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// How one answer of a server goes down to its caller.
struct downstream_answer {
  std::string_view id_raw; ///< The caller's own id as it sent it.
  era client = era::legacy;
  era server = era::legacy;
  std::string_view method; ///< Of the request, decoded.
  std::int64_t ttl_ms = 0; ///< For a cacheable result of a legacy server.
  std::string_view cache_scope = "private";
  std::string_view uri_raw = {}; ///< resources/read: params.uri as sent, for a missing data.uri.
};

/// The answer for the caller. Same era: byte for byte but the id. Legacy server, modern client:
/// resultType, and where the method is cacheable ttlMs and cacheScope, are added if absent. Modern
/// server, legacy client: they and the `io.modelcontextprotocol/` keys of the result's `_meta` are
/// cut, and a result that is not "complete" becomes an error, for a legacy client cannot go on from
/// it; what of structured content and output schemas is no object is dropped, as that era knows no
/// other. Error codes that the client's era does not know are mapped; legacy to legacy they pass.
std::string to_client(std::string_view line, const envelope& spans,
                      const downstream_answer& answer);

/// True for the methods whose modern results carry ttlMs and cacheScope.
bool is_cacheable(std::string_view method) noexcept;
/// The integer `code` of an error object known to be valid JSON.
std::optional<std::int64_t> error_code(std::string_view failure_object);
/// The HTTP status of a modern error response while nothing was sent yet; legacy ones travel in
/// 200.
int http_status_of(era client, std::int64_t error_code) noexcept;

} // namespace toolscore::mcp
