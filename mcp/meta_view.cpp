#include "mcp/envelope.hpp"
#include "mcp/json_walk.hpp"

namespace toolscore::mcp {

meta_view view_meta(std::string_view meta_object) {
  struct row {
    std::string_view key;
    std::string_view meta_view::*member;
  };
  static constexpr row rows[]{
      {"io.modelcontextprotocol/protocolVersion", &meta_view::protocol_version},
      {"io.modelcontextprotocol/clientCapabilities", &meta_view::client_capabilities},
      {"io.modelcontextprotocol/clientInfo", &meta_view::client_info},
      {"io.modelcontextprotocol/logLevel", &meta_view::log_level},
      {"io.modelcontextprotocol/subscriptionId", &meta_view::subscription_id},
      {"toolscore.dev/task", &meta_view::task},
      {"toolscore.dev/trajectory", &meta_view::trajectory},
      {"traceparent", &meta_view::traceparent}};
  meta_view view;
  if (meta_object.empty()) return view;
  for_members(meta_object, [&](std::string_view key, std::string_view value) {
    for (const auto& row : rows) {
      if (!says(key, row.key)) continue;
      if (!(view.*row.member).empty()) view.repeated = true;
      view.*row.member = value;
    }
    return true;
  });
  return view;
}

} // namespace toolscore::mcp
