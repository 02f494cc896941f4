#pragma once
#include "mcp/json_text.hpp"
#include "messages/envelope.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore::mcp {

inline constexpr std::size_t message_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t nesting_max = 512;

enum class scan_fault : std::uint8_t {
  none,
  syntax,    ///< Not JSON, not UTF-8, or nested deeper than nesting_max: -32700.
  batch,     ///< An array of messages: -32600.
  shape,     ///< JSON, but no JSON-RPC message of ours: -32600.
  too_large, ///< Over message_bytes_max.
};

/// Finds the parts of one JSON-RPC message without building a tree. What it accepts is valid JSON
/// with each member that we route by present at most once, under no second spelling, so that every
/// peer's parser reads the same message as we do and splicing is safe. Keeps only the last fault:
/// one scanner a thread.
class scanner {
public:
  /// @error bad_request  see fault(); `detail` says what is wrong
  /// @error too_large    over message_bytes_max
  result<envelope> scan(std::string_view text);
  /// Of the last scan.
  scan_fault fault() const noexcept { return fault_; }
  /// Where the last scan failed by shape: its id if one could be read, so that the error can carry
  /// it. Length 0 = none: the error then has no id.
  text_span readable_id() const noexcept { return readable_id_; }

private:
  scan_fault fault_ = scan_fault::none;
  text_span readable_id_;
};

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
};
/// `meta_object` is valid JSON: envelope::meta of a scanned message; empty gives an empty view.
meta_view view_meta(std::string_view meta_object);

} // namespace toolscore::mcp
