#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore {

enum class http_progress { incomplete, complete, malformed };

/// The head of one HTTP/1.1 message. Views point into the text it was read from.
struct http_head {
  std::size_t size = 0; ///< Bytes up to and with the empty line.
  int status = 0;       ///< Of an answer.
  std::string_view method;
  std::string_view target;
  std::size_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  std::string_view host;
  std::string_view origin;
  std::string_view content_type;
  std::string_view session; ///< Mcp-Session-Id
};

/// One whole HTTP answer.
struct http_answer {
  http_head head;
  std::string_view plain;    ///< The body if it came in one piece; into the text.
  std::string joined;        ///< The body if it came in chunks, put together.
  std::size_t size = 0;      ///< Bytes of head and body as they came over the wire.
  bool event_stream = false; ///< The body is text/event-stream.
  std::string_view body() const noexcept { return head.chunked ? joined : plain; }
};

constexpr std::size_t http_head_bytes_max = 64 * 1024;
constexpr std::size_t http_body_bytes_max = 64 * 1024 * 1024;

/// Reads a request's head. A body in chunks is malformed: no client of the bench sends one.
http_progress read_request_head(std::string_view text, http_head& head);
/// Reads a whole answer. Reuse the same `answer`: its memory is kept.
http_progress read_answer(std::string_view text, http_answer& answer);

/// The host without its port is a loopback name: 127.0.0.1, [::1] or localhost.
bool is_loopback_host(std::string_view host) noexcept;
/// Empty (no Origin header), or http(s) on a loopback host.
bool is_loopback_origin(std::string_view origin) noexcept;

} // namespace toolscore
