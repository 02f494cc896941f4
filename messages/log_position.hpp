#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Places in the logs of several replicas, in the order of these: "3.1024,5.0".
using log_positions = std::vector<log_position>;

inline std::string to_string(const log_positions& all) {
  std::string text;
  for (const auto& x : all) text += (text.empty() ? "" : ",") + to_string(x);
  return text;
}

/// @returns nothing for a text that is no such list, or a longer one
inline std::optional<log_positions> read_log_positions(std::string_view text,
                                                       std::size_t count_max) {
  log_positions all;
  for (;;) {
    const auto comma = text.find(',');
    const auto one = read_log_position(text.substr(0, comma));
    if (!one || all.size() == count_max) return std::nullopt;
    all.push_back(*one);
    if (comma == text.npos) return all;
    text.remove_prefix(comma + 1);
  }
}

/// Which part of a log is asked for: what follows `from`, else the last `lines`.
struct log_request {
  std::uint32_t lines = 100;
  std::optional<log_position> from;
  log_positions others{}; ///< Of the replicas after the first, as the answer before told them.
};

struct log_answer {
  std::string text;
  log_position next; ///< Ask from here, and no line is lost or told twice.
  bool gap = false;  ///< Before `text` something was dropped, because it was not asked for in time.
  log_positions others{}; ///< What `next` is, for the replicas after the first.
};

inline std::string next_text(const log_answer& x) {
  return x.others.empty() ? to_string(x.next) : to_string(x.next) + "," + to_string(x.others);
}

} // namespace toolscore
