#pragma once
#include "mcp/envelope.hpp"
#include "mcp/mirrored_arguments.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::mcp {

// The client's side of streamable HTTP: what of a message stands in the head of its POST.

using header_pairs = std::vector<std::pair<std::string, std::string>>;

/// A message on its way to a server, read as far as its POST needs it.
struct outgoing {
  message_kind kind = message_kind::request;
  era speaks = era::legacy;
  std::string id; ///< Raw.
  std::string method;
  std::string name;           ///< What Mcp-Name says; empty = no such header.
  std::string version;        ///< Modern: of its `_meta`.
  std::string cancels;        ///< notifications/cancelled: the raw id.
  std::string_view arguments; ///< The raw object, in the message's text; empty = none.

  bool is_request() const { return kind == message_kind::request; }
  bool opens_session() const {
    return is_request() && speaks == era::legacy && method == "initialize";
  }
  bool listens() const { return is_request() && method == "subscriptions/listen"; }
};

/// Empty where `line` is no message.
std::optional<outgoing> read_outgoing(scanner& scanner, std::string_view line);

/// A session of the legacy era; empty before `initialize` is answered.
struct http_session {
  std::string id; ///< Empty = the server keeps none.
  std::string version;
};

/// The headers of its POST, in its era.
header_pairs post_headers(const outgoing& x, const http_session& session,
                          const mirrored_tools& mirrored);
/// Those of the session's GET and DELETE.
header_pairs session_headers(const http_session& session);

/// Whether a server's Mcp-Session-Id may be sent back: visible ASCII, not too long.
bool is_session_id(std::string_view text) noexcept;

/// The error response with that error object.
std::string error_under(std::string_view id_raw, std::string_view failure_object);
/// Of the result of `initialize`: the version that was agreed on, for the header.
std::string protocol_version_of(std::string_view result);
/// Of the result of tools/list: what its tools mirror.
mirrored_tools mirrored_in_result(std::string_view result);

} // namespace toolscore::mcp
