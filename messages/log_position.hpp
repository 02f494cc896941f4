#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// A place in a server's log: an instance, and how many bytes of its log lie before. As text
/// "3.1024".
struct log_position {
  std::uint64_t instance = 0;
  std::uint64_t byte = 0;
  bool operator==(const log_position&) const = default;
};

inline std::string to_string(const log_position& x) {
  return std::to_string(x.instance) + "." + std::to_string(x.byte);
}

inline std::optional<log_position> read_log_position(std::string_view text) {
  log_position x;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, x.instance);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, x.byte);
  if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
  return x;
}

/// Which part of a log is asked for: what follows `from`, else the last `lines`.
struct log_request {
  std::uint32_t lines = 100;
  std::optional<log_position> from;
};

struct log_answer {
  std::string text;
  log_position next; ///< Ask from here, and no line is lost or told twice.
  bool gap = false;  ///< Before `text` something was dropped, because it was not asked for in time.
};

} // namespace toolscore
