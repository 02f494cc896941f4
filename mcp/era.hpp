#pragma once
#include "mcp/envelope.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace toolscore::mcp {

/// What of an HTTP request the protocol looks at. Values may still have spaces around them.
struct http_view {
  std::string_view method; ///< "POST".
  std::string_view content_type;
  std::optional<std::string_view> accept;
  std::optional<std::string_view> protocol_version; ///< MCP-Protocol-Version
  std::optional<std::string_view> mcp_method;       ///< Mcp-Method
  std::optional<std::string_view> mcp_name;         ///< Mcp-Name
  std::optional<std::string_view> session_id;       ///< Mcp-Session-Id
  /// The version that the session named by `session_id` negotiated; absent = no such session.
  std::optional<std::string_view> session_version;
};

/// The families of methods that the addressed server advertises.
struct served_methods {
  bool tools = true;
  bool prompts = true;
  bool resources = true;
  bool completions = true;
  bool subscriptions = false; ///< subscriptions/listen
};

struct classified {
  era client = era::legacy;
  std::string version; ///< In force for this request. For `initialize`: the one negotiated.
  meta_view meta;      ///< Of the body, whose text must outlive it.
};

/// Answered with `http_status` and refusal_body().
struct refusal {
  int http_status = 400;
  int code = 0; ///< JSON-RPC.
  std::string message;
  std::string data_json; ///< Empty = none.
};

/// The media types of a POST: 415 or 406, else nothing.
std::optional<refusal> check_media(const http_view& view);
/// What to answer to a body that the scanner refused.
refusal refuse_scan(const scanner& scanned, const error& why);
/// The era of a scanned POST body and, for both eras, every check up to routing in the one order
/// that is right: era, `_meta`, version header, Mcp-Method, Mcp-Name, version, method; legacy:
/// session. `spans` and `meta` are the scanner's, of `body`.
std::variant<classified, refusal> classify(const http_view& view, std::string_view body,
                                           const envelope& spans, const meta_view& meta,
                                           const served_methods& served);
/// The JSON-RPC error response; without an id where `id_raw` is empty, never with null.
std::string refusal_body(const refusal& x, std::string_view id_raw);

/// A header value as it was meant: `=?base64?...?=` decoded strictly, everything else as it stands.
/// @returns nothing where the Base64 is malformed
std::optional<std::string> decode_header(std::string_view value);

} // namespace toolscore::mcp
