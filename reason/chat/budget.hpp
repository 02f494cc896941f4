#pragma once
#include "reason/task_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::reason {

// What a model may use up, and when it is asked again. Pure.

struct spent {
  std::size_t steps = 0;
  std::chrono::milliseconds time{0};
  std::uint64_t tokens = 0;
};

/// Why no further step may be taken, in one line; empty = one may.
std::string over_budget(const spent& used, const task_limits& limits);

/// How a question to the endpoint failed.
struct chat_failure {
  int status = 0; ///< 0 = there was no whole answer.
  std::optional<std::chrono::seconds> retry_after;
  std::string why; ///< One line.
};

inline constexpr unsigned chat_tries_max = 6; ///< Of one question.
inline constexpr std::chrono::milliseconds chat_pause_min{500};
inline constexpr std::chrono::milliseconds chat_pause_max{30'000};

/// How long to wait before the same question is asked again: as long as the endpoint says, else
/// 500 ms, twice as long each time, 30 s at most. Nothing = it is not asked again: what it refuses
/// for another reason it refuses for good, and no wait goes beyond the task's time.
/// @param tries  so far, from 1
/// @param left   of the task's time
std::optional<std::chrono::milliseconds>
pause_before_retry(const chat_failure& failure, unsigned tries, std::chrono::milliseconds left);

/// Retry-After in seconds; a date or anything else means nothing.
std::optional<std::chrono::seconds> read_retry_after(std::string_view text);

/// "3,15" or "3,15,USD": of prompts, of completions, and in what. Nothing for another text.
std::optional<token_prices> read_prices(std::string_view text);

/// Where an endpoint tells none: four bytes count as a token.
token_count estimated_tokens(std::size_t asked_bytes, std::size_t answered_bytes);

} // namespace toolscore::reason
