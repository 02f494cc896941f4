#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// Shared immutable text. Payloads travel so: never copied, never parsed into a tree on the way.
using bytes = std::shared_ptr<const std::string>;

/// A place in a text: where a JSON value's raw bytes begin and how long they are. Length 0 =
/// absent.
struct text_span {
  std::uint32_t at = 0;
  std::uint32_t length = 0;
  explicit operator bool() const noexcept { return length != 0; }
  std::string_view of(std::string_view text) const { return text.substr(at, length); }
};

enum class message_kind : std::uint8_t { request, notification, response, error_response };

/// Which family of protocol versions a peer speaks: modern is 2026-07-28 and later (per-request
/// `_meta`), legacy is 2024-11-05 to 2025-11-25 (`initialize`).
enum class era : std::uint8_t { legacy, modern };
const char* to_string(era x) noexcept;

/// Where the parts of one JSON-RPC message stand in its text (mcp/envelope.hpp fills it in).
/// Spans of strings include their quotes.
struct envelope {
  message_kind kind = message_kind::request;
  text_span id; ///< Raw: `7` or `"a"`.
  text_span method;
  text_span params;    ///< The object.
  text_span meta;      ///< params._meta, the object.
  text_span name;      ///< params.name of tools/call and prompts/get, params.uri of resources/read.
  text_span arguments; ///< params.arguments.
  text_span progress_token; ///< params._meta.progressToken, or params.progressToken of a progress
                            ///< notification.
  text_span result;         ///< Of a response: the object.
  text_span failure;        ///< Of an error response: the `error` object.
  bool tool_error = false;  ///< Of a response: a top-level `isError` of the result is true.
};

} // namespace toolscore
