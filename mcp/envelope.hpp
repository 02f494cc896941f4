#pragma once
#include "mcp/json_text.hpp"
#include "mcp/meta_view.hpp"
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
  /// Where the last scan failed by shape: what can be read all the same, so that the error can
  /// carry the id, and a call that is refused is known for one. `id` is there where it is a good
  /// one; `method`, and of tools/call `name` and `arguments`, where they are of a request and stand
  /// there once. Else empty.
  const envelope& readable() const noexcept { return readable_; }
  /// What params._meta of the last message says that was scanned well or is readable(); the text
  /// must outlive it.
  const meta_view& meta() const noexcept { return meta_; }

private:
  scan_fault fault_ = scan_fault::none;
  envelope readable_;
  meta_view meta_;
};

} // namespace toolscore::mcp
