#pragma once
#include <string_view>

namespace toolscore::mcp {

/// What a `_meta` object says, as raw JSON values; empty = absent.
struct meta_view {
  std::string_view protocol_version;    ///< io.modelcontextprotocol/protocolVersion
  std::string_view client_capabilities; ///< io.modelcontextprotocol/clientCapabilities
  std::string_view client_info;         ///< io.modelcontextprotocol/clientInfo
  std::string_view log_level;           ///< io.modelcontextprotocol/logLevel
  std::string_view subscription_id;     ///< io.modelcontextprotocol/subscriptionId
  std::string_view task;                ///< toolscore.dev/task
  std::string_view trajectory;          ///< toolscore.dev/trajectory
  std::string_view traceparent;
  bool repeated = false; ///< One of these stands there twice.

  /// Takes note of one member, given as it stands in a valid JSON text.
  void take(std::string_view raw_key, std::string_view raw_value);
};

/// `meta_object` is valid JSON: envelope::meta of a scanned message; empty gives an empty view.
meta_view view_meta(std::string_view meta_object);

} // namespace toolscore::mcp
