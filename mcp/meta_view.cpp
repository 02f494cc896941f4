#include "mcp/meta_view.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

namespace toolscore::mcp {

void meta_view::take(std::string_view raw_key, std::string_view raw_value) {
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
  const bool plain = !has_escape(raw_key); // As good as always.
  const auto name = raw_key.substr(1, raw_key.size() - 2);
  for (const auto& row : rows) {
    if (plain ? name != row.key : !says(raw_key, row.key)) continue;
    if (!(this->*row.member).empty()) repeated = true;
    this->*row.member = raw_value;
  }
}

meta_view view_meta(std::string_view meta_object) {
  meta_view view;
  if (meta_object.empty()) return view;
  for_members(meta_object, [&](std::string_view key, std::string_view value) {
    view.take(key, value);
    return true;
  });
  return view;
}

} // namespace toolscore::mcp
