#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore {

/// "Not Found"; "Status" for a number that has no name here.
std::string_view status_text(int status) noexcept;

struct head_options {
  int status = 200;
  unsigned version = 11; ///< 10 or 11; an old client is told of keep-alive.
  bool keep_alive = true;
  std::string_view content_type; ///< Empty = no such line.
  std::string_view headers;      ///< Further lines, each ended by CRLF.
};

/// Appends the head of an answer whose body has `length` bytes.
void append_head(std::string& out, const head_options& x, std::size_t length);
/// Appends the head of an answer that comes in parts: chunked, or until the end for HTTP/1.0.
void append_stream_head(std::string& out, const head_options& x);
/// Appends one chunk of a chunked body; an empty text would end the body and is left out.
void append_chunk(std::string& out, std::string_view text);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Appends one server-sent event with `json` on one data line; line ends inside become spaces,
/// which JSON allows wherever a line end can stand.
void append_sse_message(std::string& out, std::string_view json);

} // namespace toolscore
