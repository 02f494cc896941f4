#pragma once
#include "mcp/siphash.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// What a retry of a call must be the same in as the call itself.
struct call_identity {
  std::string principal;
  std::string path;
  std::string method;
  std::string name;      ///< Decoded: of the tool or the prompt, or the resource's URI.
  std::string arguments; ///< JSON; empty = none.
};

/// Why one was not taken back; whose it is and whether it is there are not told apart.
inline constexpr std::string_view foreign_state =
    "this requestState is unknown, used or expired, or of another call; call again without it";

/// The requestState of a server, on its way through the hands of its client. A server sees one
/// client, us, and so cannot tell ours apart: what it gave one of them is good for that one alone,
/// for the same call of the same server, and for a while. Sealed by 128 bits of SipHash under two
/// secrets of this node's life; not encrypted, as it was not before.
class state_seal {
public:
  state_seal() = default;
  state_seal(const mac_key& first, const mac_key& second) : first_(first), second_(second) {}

  /// @param state          decoded
  /// @param good_until_ms  by the same clock as open()'s `now_ms`
  std::string seal(std::string_view state, const call_identity& call, std::string_view server,
                   std::int64_t good_until_ms) const;
  /// @returns the state to the byte; nothing where we did not seal it, for this, or not any more
  std::optional<std::string> open(std::string_view sealed, const call_identity& call,
                                  std::string_view server, std::int64_t now_ms) const;

private:
  std::string tag_of(std::string_view until, std::string_view state, const call_identity& call,
                     std::string_view server) const;
  mac_key first_;
  mac_key second_;
};

} // namespace toolscore::mcp
