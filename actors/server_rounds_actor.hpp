#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// A modern server that asks a legacy client: its result "input_required" becomes requests on the
// call's own stream, and their answers the same call once more.

/// True where an answer is a modern server's question to a legacy client.
bool begins_round(const mcp::handshake_result& server, const pending_call& call,
                  const std::string& line, const envelope& spans);
void begin_round(server_actor_pointer self, pending_call&& call, std::string_view result);
/// @returns whether the call was one of these; it is failed then
bool cancel_round(server_actor_pointer self, const call_cancel& request);
/// Of those whose caller has not answered in time.
void sweep_rounds(server_actor_pointer self);
/// The server ends.
void fail_rounds(server_actor_pointer self, const std::string& reason);

} // namespace toolscore
