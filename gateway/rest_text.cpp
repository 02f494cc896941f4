#include "gateway/rest_text.hpp"

#include "mcp/json_text.hpp"

namespace toolscore {

std::string error_text(std::string_view code, std::string_view message) {
  return R"({"error":{"code":)" + mcp::quote(code) + R"(,"message":)" + mcp::quote(message) + "}}";
}

} // namespace toolscore
