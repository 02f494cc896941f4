#include "gateway/joint_answers.hpp"

#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

#include <nlohmann/json.hpp>
#include <optional>

namespace toolscore {

joint_answer list_tools(const mcp::tool_index& tools, std::string_view id_raw,
                        std::string_view params, era client, std::size_t page_max) {
  std::optional<std::string> cursor;
  if (!params.empty()) {
    const auto parsed = nlohmann::json::parse(params, nullptr, false);
    const auto found = parsed.is_object() ? parsed.find("cursor") : parsed.end();
    if (found != parsed.end() && !found->is_null()) {
      if (!found->is_string())
        return {200, mcp::error_response(id_raw, mcp::code::bad_params, "cursor is no string")};
      cursor = found->get<std::string>();
    }
  }
  const auto page = tools.page(cursor, page_max);
  if (!page)
    return {200, mcp::error_response(id_raw, mcp::code::bad_params, page.failure().detail)};
  std::string result = "{";
  result.reserve(page->size() + 256);
  if (client == era::modern) {
    // What the servers say about caching is not known here, so nobody may keep the list.
    result += R"("resultType":"complete","ttlMs":0,"cacheScope":"private",)";
    result += R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":)";
    result += mcp::quote(mcp::product_name);
    result += R"(,"version":)";
    result += mcp::quote(mcp::product_version);
    result += "}},";
  }
  result += *page;
  result += '}';
  return {200, mcp::result_response(id_raw, result)};
}

joint_answer unknown_method(std::string_view id_raw, std::string_view method, era client) {
  return {client == era::modern ? 404 : 200,
          mcp::error_response(id_raw, mcp::code::unknown_method,
                              "Method not found: " + std::string{method.substr(0, 128)})};
}

} // namespace toolscore
