#include "gateway/list_filter.hpp"

#include "mcp/answers.hpp"
#include "mcp/envelope.hpp"
#include "mcp/rewrite.hpp"
#include "mcp/versions.hpp"

namespace toolscore {

std::string shown_tools(std::string_view response, const mcp::tool_predicate& shown) {
  mcp::scanner scanner;
  const auto spans = scanner.scan(response);
  // What cannot be read cannot be shown in part, and so not at all.
  if (!spans) return mcp::error_response({}, mcp::code::internal, "the list could not be read");
  if (spans->kind != message_kind::response) return std::string(response);
  const auto filtered = mcp::filtered_tools(spans->result.of(response), shown);
  std::string out(response.substr(0, spans->result.at));
  out += '{';
  bool comma = false;
  mcp::append_members(out, filtered, comma, [](std::string_view key, std::string_view value) {
    return mcp::says(key, "cacheScope") ? std::string_view{"\"private\""} : value;
  });
  out += '}';
  return out += response.substr(spans->result.at + spans->result.length);
}

} // namespace toolscore
