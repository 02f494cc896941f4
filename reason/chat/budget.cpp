#include "reason/chat/budget.hpp"

#include <algorithm>
#include <charconv>

namespace toolscore::reason {

using std::chrono::milliseconds;

std::string over_budget(const spent& used, const task_limits& limits) {
  if (used.steps >= limits.steps)
    return "its " + std::to_string(limits.steps) + " steps are used up, and there is no answer";
  if (used.time >= limits.time)
    return "its time of " + std::to_string(limits.time.count()) + " ms is over";
  if (used.tokens >= limits.tokens)
    return "its " + std::to_string(limits.tokens) + " tokens are used up (" +
           std::to_string(used.tokens) + ")";
  return {};
}

std::optional<milliseconds> pause_before_retry(const chat_failure& failure, unsigned tries,
                                               milliseconds left) {
  const int status = failure.status;
  const bool passing = status == 0 || status == 408 || status == 429 || status >= 500;
  if (!passing || tries >= chat_tries_max) return std::nullopt;
  milliseconds pause = std::min(chat_pause_max, chat_pause_min * (1U << (tries - 1)));
  if (failure.retry_after) pause = *failure.retry_after;
  if (pause >= left) return std::nullopt;
  return pause;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view text) {
  std::uint32_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return std::chrono::seconds{number};
}

std::optional<token_prices> read_prices(std::string_view text) {
  token_prices out;
  const auto price = [&](double& into) {
    const auto end = std::min(text.find(','), text.size());
    const auto part = text.substr(0, end);
    const auto read =
        std::from_chars(part.data(), part.data() + part.size(), into, std::chars_format::fixed);
    text.remove_prefix(end);
    constexpr double most = 1e9;
    return !part.empty() && read.ec == std::errc{} && read.ptr == part.data() + part.size() &&
           into >= 0 && into <= most;
  };
  if (!price(out.prompt) || text.empty()) return std::nullopt;
  text.remove_prefix(1);
  if (!price(out.completion)) return std::nullopt;
  if (text.empty()) return out;
  text.remove_prefix(1);
  const bool plain =
      !text.empty() && text.size() <= 16 &&
      std::all_of(text.begin(), text.end(), [](char x) { return x > ' ' && x < 0x7f; });
  if (!plain || text.find(',') != text.npos) return std::nullopt;
  out.currency = text;
  return out;
}

token_count estimated_tokens(std::size_t asked_bytes, std::size_t answered_bytes) {
  token_count out;
  out.prompt = asked_bytes / 4;
  out.completion = answered_bytes / 4;
  out.total = out.prompt + out.completion;
  out.estimated = true;
  return out;
}

} // namespace toolscore::reason
