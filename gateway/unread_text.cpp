#include "gateway/unread_text.hpp"

#include "gateway/rest_text.hpp"
#include "mcp/answers.hpp"
#include "mcp/versions.hpp"

namespace toolscore {

std::string unread_text(int status, std::string_view path, std::uint32_t header_bytes_max,
                        std::uint64_t body_bytes_max) {
  std::string_view code = "bad_request";
  std::string why = "this is no HTTP/1.1 request; send one with a head and a body that agree";
  if (status == 413) {
    code = "too_large";
    why = "the body is over " + std::to_string(body_bytes_max) + " bytes; send less at once";
  } else if (status == 431) {
    code = "too_large";
    why = "the head is over " + std::to_string(header_bytes_max) + " bytes; send fewer headers";
  } else if (status == 501) {
    code = "not_supported";
    why = "this Transfer-Encoding is not known here; send chunked, or a Content-Length";
  }
  if (path == "/mcp" || path.starts_with("/mcp/"))
    return mcp::error_response({}, mcp::code::invalid_request, why);
  return error_text(code, why);
}

} // namespace toolscore
