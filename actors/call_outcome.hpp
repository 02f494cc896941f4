#pragma once
#include "messages/call.hpp"

#include <chrono>
#include <string>

namespace toolscore {

/// What is known of a call when it ends; from it the record is made. Pure.
struct call_end {
  std::uint64_t instance = 0;
  std::string server_version;
  std::string server_commit;
  std::chrono::steady_clock::time_point written; ///< Epoch = it was never written to the server.
  std::chrono::steady_clock::time_point now;
  std::chrono::system_clock::time_point wall_now;
  bytes response; ///< The server's answer; null where there was none.
  text_span part; ///< In it: the result, or the error object.
};

/// The record of a call that the server answered with `answer`. A JSON-RPC error fails `rpc`, a
/// result with `isError` fails `tool_outcome`, and one that asks a modern client for input leaves
/// that open, for the tool has not ended; none of them can be a success.
call_record answered(const server_id& server, call_request&& request, call_end&& end,
                     const envelope& answer);

/// The record of a call that got no answer: written (transport failed) or never let in.
call_record unanswered(const server_id& server, call_request&& request, call_end&& end,
                       bool admitted, std::string failure);

} // namespace toolscore
