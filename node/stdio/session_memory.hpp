#pragma once
#include "mcp/envelope.hpp"
#include "node/stdio/client_message.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// What a legacy client has said to its session that another session in its place must hear too:
/// the handshake, the log level, and which resources it watches.
class session_memory {
public:
  static constexpr std::size_t watched_max = 1'024;

  /// A message that was sent on; most leave no trace.
  void note(mcp::scanner& scanner, const client_message& x);
  /// All of it in the order in which it has to be said; empty before `initialize`.
  std::vector<client_message> again() const;
  bool initialized() const noexcept { return initialized_.has_value(); }
  std::vector<std::string> watched() const;

private:
  std::optional<client_message> hello_;
  std::optional<client_message> initialized_;
  std::optional<client_message> level_;
  std::map<std::string, client_message> watched_; ///< By URI.
};

} // namespace toolscore
