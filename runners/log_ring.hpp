#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// The last bytes of a log, in bounded memory that grows only as far as it is used.
class log_ring {
public:
  explicit log_ring(std::size_t bytes_max = 1U << 20U) : bytes_max_(bytes_max) {}

  void append(std::string_view text);
  /// The last lines, newest last, without the newline at the end. A line that has lost its start
  /// to the limit is left out unless it is all there is.
  std::string tail(std::size_t lines_max) const;
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
