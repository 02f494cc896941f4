#pragma once
#include "messages/caller.hpp"
#include "messages/envelope.hpp"
#include "messages/exchange.hpp"
#include "messages/ids.hpp"
#include "messages/server_state.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// The ids a record carries; given by the caller in `params._meta` ("toolscore.dev/task" and
/// "toolscore.dev/trajectory", "traceparent") or made by the gateway. Empty = none.
struct record_ids {
  std::string trajectory;
  std::string task;
  std::string trace;
};

/// The `Mcp-Param-*` headers of one HTTP request: what follows the prefix, in lower case, and the
/// value as it came.
using parameter_headers = std::vector<std::pair<std::string, std::string>>;

/// One JSON-RPC request on its way to a server. Local to the node.
struct call_request {
  exchange_ptr reply;
  bytes body;         ///< The request's text as the caller sent it.
  envelope spans;     ///< Of `body`.
  std::string method; ///< Decoded.
  std::string tool;   ///< The server's own name of what is called; empty = as `body` says.
  era client = era::legacy;
  std::string version;                ///< The protocol version in force between the caller and us.
  std::shared_ptr<const caller> from; ///< Null = a caller that cannot be asked anything.
  record_ids ids;
  std::string more_params;  ///< What the caller answered to a modern server's input_required.
  std::uint32_t rounds = 0; ///< How often that was.
  /// It came over modern HTTP, whose headers say again what a tool's schema marks for that.
  bool mirrored = false;
  std::shared_ptr<const parameter_headers> parameters; ///< Null = none came.
  std::chrono::steady_clock::time_point received;
};

/// The caller of `reply` went away or cancelled; `reason` is one word for the server.
struct call_cancel {
  exchange_ptr reply;
  std::string reason;
};

/// Each step a call can fail at has an outcome of its own, kept apart.
enum class outcome : std::uint8_t { not_reached, ok, failed };
const char* to_string(outcome x) noexcept;

/// One call as it is recorded. `success` is derived, never set: all four must be ok. So is
/// `needs_input`: a call whose answer asks its client for something has not failed and not ended;
/// what its tool comes to is not known.
struct call_record {
  std::int64_t number = 0; ///< Given by the store.
  record_ids ids;
  server_id server;
  std::uint64_t instance = 0;
  std::string server_version; ///< From the handshake.
  std::string server_commit;  ///< git: the commit; npm: the version.
  std::string method;
  std::string tool;
  std::string principal;
  bytes request;
  text_span arguments; ///< In `request`.
  bytes response;
  text_span result;                         ///< In `response`: the result, or the error object.
  std::chrono::system_clock::time_point at; ///< When it was received; wall clock, for people.
  std::chrono::microseconds queued{0};      ///< Until it was written to the server.
  std::chrono::microseconds wire{0};        ///< From there to the answer.
  std::chrono::microseconds total{0};
  std::uint32_t attempt = 1;
  outcome admission =
      outcome::not_reached; ///< Was it let in: known server and tool, queue, limits.
  outcome transport =
      outcome::not_reached;           ///< Did an answer come back: crash, timeout, cancel fail it.
  outcome rpc = outcome::not_reached; ///< Was the answer a result and no JSON-RPC error.
  outcome tool_outcome = outcome::not_reached; ///< Was the result free of `isError`.
  std::string failure;                         ///< One line; empty where nothing failed.
  /// Where its transport failed for its instance's end: how that ended.
  std::optional<gone_kind> ended;

  bool success() const noexcept {
    return admission == outcome::ok && transport == outcome::ok && rpc == outcome::ok &&
           tool_outcome == outcome::ok;
  }
  bool needs_input() const noexcept {
    return rpc == outcome::ok && tool_outcome == outcome::not_reached;
  }
};

/// A record that the gateway could not keep is counted, never lost silently.
struct records_dropped {
  std::uint64_t count = 0;
};

} // namespace toolscore
