#pragma once
#include "messages/call.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

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

/// What a server's answer to a call is.
enum class answer_kind : std::uint8_t {
  result,
  rpc_error,
  tool_error, ///< A result with `isError`.
  question,   ///< A result that asks a modern client for input: the tool has not ended.
};
answer_kind kind_of(const call_request& request, std::string_view line, const envelope& spans);

/// The record of a call that the server answered. A JSON-RPC error fails `rpc`, a tool error
/// `tool_outcome`, and a question leaves that open; none of them can be a success.
call_record answered(const server_id& server, call_request&& request, call_end&& end,
                     answer_kind answer);

/// The record of a call that got no answer: written (transport failed) or never let in.
call_record unanswered(const server_id& server, call_request&& request, call_end&& end,
                       bool admitted, std::string failure);

} // namespace toolscore
