#include "bench/http_text.hpp"

#include <charconv>

namespace toolscore {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// @param wanted  in lower case
bool same_name(std::string_view name, std::string_view wanted) noexcept {
  if (name.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (lower(name[i]) != wanted[i]) return false;
  return true;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool read_number(std::string_view text, std::size_t& number, int base = 10) noexcept {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return !text.empty() && failed == std::errc{} && end == text.data() + text.size();
}

/// @returns false if the header is one that decides the message's length and is wrong
bool take_header(std::string_view name, std::string_view value, http_head& head) {
  switch (name.size()) { // Few names share a length, so most headers cost one comparison.
  case 4:
    if (same_name(name, "host")) head.host = value;
    break;
  case 6:
    if (same_name(name, "origin")) head.origin = value;
    break;
  case 10:
    if (same_name(name, "connection")) head.keep_alive = !same_name(value, "close");
    break;
  case 12:
    if (same_name(name, "content-type")) head.content_type = value;
    break;
  case 14:
    if (same_name(name, "content-length"))
      return read_number(value, head.content_length) && head.content_length <= http_body_bytes_max;
    if (same_name(name, "mcp-session-id")) head.session = value;
    break;
  case 17:
    if (same_name(name, "transfer-encoding")) head.chunked = same_name(value, "chunked");
    break;
  default:
    break;
  }
  return true;
}

/// Reads the header lines that follow `begin` up to the empty line at `end`.
bool take_headers(std::string_view text, std::size_t begin, std::size_t end, http_head& head) {
  while (begin < end) {
    const std::size_t line_end = text.find("\r\n", begin);
    const std::string_view line = text.substr(begin, line_end - begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    if (!take_header(line.substr(0, colon), trimmed(line.substr(colon + 1)), head)) return false;
    begin = line_end + 2;
  }
  return true;
}

/// Finds the end of the head and takes its headers; the first line ends at `first_end`.
http_progress read_head(std::string_view text, http_head& head, std::size_t& first_end) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return text.size() > http_head_bytes_max ? http_progress::malformed : http_progress::incomplete;
  head = http_head{};
  head.size = end + 4;
  first_end = text.find("\r\n");
  return take_headers(text, first_end + 2, end, head) ? http_progress::complete
                                                      : http_progress::malformed;
}

/// Puts the chunks in `text` together. @param size  bytes used, the closing chunk included
http_progress join_chunks(std::string_view text, std::string& joined, std::size_t& size) {
  joined.clear();
  for (std::size_t at = 0;;) {
    const std::size_t line_end = text.find("\r\n", at);
    if (line_end == std::string_view::npos) return http_progress::incomplete;
    std::string_view digits = text.substr(at, line_end - at);
    digits = trimmed(digits.substr(0, digits.find(';')));
    std::size_t length = 0;
    if (!read_number(digits, length, 16) || length > http_body_bytes_max - joined.size())
      return http_progress::malformed;
    at = line_end + 2;
    if (text.size() < at + length + 2) return http_progress::incomplete;
    if (text.substr(at + length, 2) != "\r\n")
      return http_progress::malformed; // Trailers come here too; no MCP server sends them.
    joined.append(text, at, length);
    at += length + 2;
    if (length == 0) {
      size = at;
      return http_progress::complete;
    }
  }
}

} // namespace

http_progress read_request_head(std::string_view text, http_head& head) {
  std::size_t first_end = 0;
  if (const auto progress = read_head(text, head, first_end); progress != http_progress::complete)
    return progress;
  const std::string_view line = text.substr(0, first_end);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || second == first || line.substr(second) != " HTTP/1.1")
    return http_progress::malformed;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  return head.chunked ? http_progress::malformed : http_progress::complete;
}

http_progress read_answer(std::string_view text, http_answer& answer) {
  std::size_t first_end = 0;
  if (const auto progress = read_head(text, answer.head, first_end);
      progress != http_progress::complete)
    return progress;
  std::size_t status = 0;
  if (first_end < 12 || !text.starts_with("HTTP/1.") || !read_number(text.substr(9, 3), status))
    return http_progress::malformed;
  answer.head.status = static_cast<int>(status);
  answer.event_stream = answer.head.content_type.starts_with("text/event-stream");
  const std::string_view rest = text.substr(answer.head.size);
  if (answer.head.chunked) {
    std::size_t size = 0;
    const auto progress = join_chunks(rest, answer.joined, size);
    answer.size = answer.head.size + size;
    return progress;
  }
  if (rest.size() < answer.head.content_length) return http_progress::incomplete;
  answer.plain = rest.substr(0, answer.head.content_length);
  answer.size = answer.head.size + answer.head.content_length;
  return http_progress::complete;
}

bool is_loopback_host(std::string_view host) noexcept {
  const std::size_t bracket = host.find(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view name = host.substr(0, colon);
  return name == "127.0.0.1" || name == "[::1]" || same_name(name, "localhost");
}

bool is_loopback_origin(std::string_view origin) noexcept {
  if (origin.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme)) return is_loopback_host(origin.substr(scheme.size()));
  return false;
}

} // namespace toolscore
