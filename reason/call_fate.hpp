#pragma once
#include "messages/call.hpp"
#include "messages/error.hpp"
#include "reason/bounded_json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::reason {

/// A moment by both clocks: one for people, one for durations.
struct moment {
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point steady;
};

/// What one call came back with: exactly one of the three is set.
struct call_answer {
  std::optional<json> result;      ///< Of the JSON-RPC response.
  std::optional<json> failure;     ///< Its error object.
  std::optional<error> unanswered; ///< There was no response; or the call was never made.
  int status = 0;                  ///< Of the HTTP answer that it came with; 0 = of none.
  moment begun;
  moment ended;
};

/// What became of one call. All but `success` are failures.
enum class call_fate : std::uint8_t {
  success,
  not_made,    ///< Its arguments could not be put together, or it was given up before its turn.
  refused,     ///< The node did not let it in: unknown, hidden, not ready, not allowed.
  queue_full,  ///< The node had no room for it.
  timed_out,   ///< No answer in time.
  died,        ///< The server ended while it ran.
  hung,        ///< The server was killed while it ran, for it did not answer pings.
  cancelled,   ///< It was given up.
  no_answer,   ///< The connection broke, or what came is no answer.
  rpc_error,   ///< A JSON-RPC error of the server's.
  tool_error,  ///< A result with isError.
  needs_input, ///< The tool asks its client something, which nobody here can answer.
};
inline constexpr std::size_t call_fate_count = 12;

const char* to_string(call_fate x) noexcept;
std::optional<call_fate> fate_named(std::string_view name) noexcept;

/// The four outcomes of a call, kept apart.
struct four_outcomes {
  outcome admission = outcome::not_reached;
  outcome transport = outcome::not_reached;
  outcome rpc = outcome::not_reached;
  outcome tool = outcome::not_reached;
  bool operator==(const four_outcomes&) const = default;
};
four_outcomes outcomes_of(call_fate fate) noexcept;

/// Derived, never set: all four are ok. That nothing was thrown means nothing.
bool is_success(const four_outcomes& x) noexcept;

call_fate fate_of(const call_answer& answer);

/// Why it failed, in one line; empty where it did not.
std::string failure_line(const call_answer& answer);

/// What the answer says as text: the text items of the result, a line break between two; of an
/// error its message.
std::string text_of_answer(const call_answer& answer);

} // namespace toolscore::reason
