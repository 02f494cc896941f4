#include "gateway/joint_answers.hpp"

#include "gateway/tool_search.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

#include <optional>

namespace toolscore {

std::string joint_result(era client, std::string_view members, std::string_view lifetime) {
  std::string result = "{";
  result.reserve(members.size() + 256);
  if (client == era::modern) {
    result.append(R"("resultType":"complete",)").append(lifetime);
    result.append(R"("_meta":{"io.modelcontextprotocol/serverInfo":)").append(mcp::product_json());
    result += members.empty() ? "}" : "},";
  }
  return result.append(members).append("}");
}

joint_answer list_page(const mcp::joint_view& view, mcp::served_list kind, std::string_view id_raw,
                       std::string_view params, const list_manner& how) {
  std::optional<std::string> cursor;
  if (const auto told = mcp::member_of(params, "cursor"); !told.empty() && told != "null") {
    if (!mcp::is_string(told))
      return {200, mcp::error_response(id_raw, mcp::code::bad_params, "cursor is no string")};
    cursor = mcp::decode(told);
  }
  const bool stands_for_all = kind == mcp::served_list::tools && view.search();
  const auto page =
      stands_for_all && !cursor
          ? result<std::string>(std::string(search_tools_member()))
          : view.list(kind).page(cursor, how.page_max, how.cursors, how.shown, how.version);
  if (!page)
    return {200, mcp::error_response(id_raw, mcp::code::bad_params, page.failure().detail)};
  const auto [ttl_ms, is_public] = view.lifetime_of(kind, how.now);
  const auto lifetime = "\"ttlMs\":" + std::to_string(ttl_ms) + ",\"cacheScope\":\"" +
                        (is_public && !how.shown ? "public" : "private") + "\",";
  return {200, mcp::result_response(id_raw, joint_result(how.client, *page, lifetime))};
}

joint_answer unknown_method(std::string_view id_raw, std::string_view method, era client) {
  return {client == era::modern ? 404 : 200,
          mcp::error_response(id_raw, mcp::code::unknown_method,
                              "Method not found: " + std::string{method.substr(0, 128)})};
}

std::string unknown_resource(std::string_view id_raw, std::string_view uri, era client) {
  const int code =
      client == era::modern ? mcp::code::bad_params : mcp::code::legacy_resource_not_found;
  return mcp::error_response(id_raw, code, "no server here has this resource",
                             R"({"uri":)" + mcp::quote(uri) + "}");
}

std::string no_completions(std::string_view id_raw, era client) {
  constexpr std::string_view members = R"("completion":{"values":[],"total":0,"hasMore":false})";
  return mcp::result_response(id_raw, joint_result(client, members));
}

} // namespace toolscore
