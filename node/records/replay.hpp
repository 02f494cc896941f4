#pragma once
#include "node/reply_json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// How a call ended, as far as its caller can tell: the node's own failure (it was refused, or its
/// server died or was late; hung is one of its own), the server's JSON-RPC error, the tool's
/// isError, a question to the client, which is no end yet, or success.
enum class call_ending : std::uint8_t { success, node, hung, rpc, tool, input };
const char* to_string(call_ending x) noexcept;

/// One recorded call as it is to be made again.
struct replay_step {
  std::int64_t number = 0;
  std::string server;
  std::string tool;
  reply_json arguments; ///< Null = it had none, and is made without.
  call_ending ending = call_ending::success;
  reply_json result; ///< Or the error object; null where none came.
  std::string skip;  ///< Why it cannot be made again; empty = it can.
};

/// @param line  of an export; a gap, and what is no tools/call, cannot be made again
replay_step step_of(const reply_json& line);

/// What the JSON-RPC response to the call made again is.
struct replayed_answer {
  call_ending ending = call_ending::success;
  reply_json result;
};
replayed_answer answer_of(const reply_json& response);

/// What is not as it was, a line each: "/content/0/text: "a", was "b"". Empty = all of it is; what
/// protocol versions add to a result (`_meta`, `resultType`, caching hints) is left out. At most
/// `differences_max` and a line that says that there are more.
inline constexpr std::size_t differences_max = 10;
std::vector<std::string> differences(const replay_step& was, const replayed_answer& is);

} // namespace toolscore
