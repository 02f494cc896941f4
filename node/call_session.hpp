#pragma once
#include "node/commands.hpp"
#include "node/reply_json.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace toolscore {

/// A legacy session of a command with one server of the node; without a name, with all of them.
struct call_session {
  call_session(const std::string& server, std::chrono::milliseconds wait);

  std::string target;
  std::string id;
  std::string version;
  std::chrono::milliseconds timeout;
};

/// Nothing = the session is open.
std::optional<command_output> open_session(call_session& session, const command_context& context,
                                           bool json);
/// The text of the JSON-RPC response to a call. Where there is none: why.
struct call_answer {
  std::string text;
  command_output failed; ///< Of use where `text` is empty.
};
/// @param arguments  null = the call has none
/// @param meta       of the request's params; null = none
call_answer call_in_session(const call_session& session, const command_context& context,
                            const std::string& tool, const reply_json& arguments,
                            const reply_json& meta);
void close_session(const call_session& session, const command_context& context);

} // namespace toolscore
