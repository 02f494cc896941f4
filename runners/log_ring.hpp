#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// Where a part of a log may end: a line under way can wait for its end, unless none will come.
enum class log_end { whole_lines, any };

struct log_part {
  std::string text;
  std::uint64_t next = 0; ///< One past it, counted from the log's first byte.
  bool gap = false;       ///< Bytes before it were asked for, and are lost to the limit.
};

/// The last bytes of a log, in bounded memory that grows only as far as it is used.
class log_ring {
public:
  explicit log_ring(std::size_t bytes_max = 1U << 20U) : bytes_max_(bytes_max) {}

  void append(std::string_view text);
  /// The last lines, newest last, without the newline at the end. A line that has lost its start
  /// to the limit is left out unless it is all there is.
  std::string tail(std::size_t lines_max) const;
  /// What was appended behind the first `from` bytes. Where some of it is lost it begins with a
  /// whole line.
  log_part since(std::uint64_t from, log_end end) const;
  /// The last bytes, at most so many; a gap is all that came before them, kept or not. Copies no
  /// more than it answers with.
  log_part last(std::size_t bytes_max) const;
  std::uint64_t bytes_seen() const { return seen_; } ///< Ever appended, lost ones included.
  std::size_t bytes_kept() const { return content_.size(); }

private:
  std::string in_order() const;

  std::size_t bytes_max_;
  std::string content_; ///< A ring once it is full: the oldest byte is at `oldest_`.
  std::size_t oldest_ = 0;
  std::uint64_t seen_ = 0;
};

} // namespace toolscore
