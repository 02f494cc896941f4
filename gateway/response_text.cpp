#include "gateway/response_text.hpp"

#include <charconv>
#include <iterator>

namespace toolscore {

namespace {

void append_number(std::string& out, std::size_t number, int base = 10) {
  char text[24];
  const auto end = std::to_chars(std::begin(text), std::end(text), number, base).ptr;
  out.append(text, end);
}

void append_start(std::string& out, const head_options& x) {
  if (x.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(x.status));
    out += ' ';
    out += status_text(x.status);
    out += "\r\n";
  }
  if (!x.content_type.empty()) {
    out += "Content-Type: ";
    out += x.content_type;
    out += "\r\n";
  }
  if (!x.keep_alive)
    out += "Connection: close\r\n";
  else if (x.version < 11)
    out += "Connection: keep-alive\r\n";
  out += x.headers;
}

} // namespace

std::string_view status_text(int status) noexcept {
  switch (status) {
  case 101:
    return "Switching Protocols";
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 406:
    return "Not Acceptable";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Payload Too Large";
  case 415:
    return "Unsupported Media Type";
  case 422:
    return "Unprocessable Entity";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 501:
    return "Not Implemented";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "Status";
  }
}

void append_head(std::string& out, const head_options& x, std::size_t length) {
  append_start(out, x);
  if (x.status != 204) {
    out += "Content-Length: ";
    append_number(out, length);
    out += "\r\n";
  }
  out += "\r\n";
}

void append_stream_head(std::string& out, const head_options& x) {
  append_start(out, x);
  out += x.version < 11 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view text) {
  if (text.empty()) return;
  append_number(out, text.size(), 16);
  out += "\r\n";
  out += text;
  out += "\r\n";
}

void append_sse_message(std::string& out, std::string_view json) {
  out += "event: message\ndata: ";
  const auto at = out.size();
  out += json;
  for (auto i = at; i < out.size(); ++i)
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  out += "\n\n";
}

} // namespace toolscore
