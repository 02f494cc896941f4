#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

enum class line_kind {
  message,  ///< `text` is the line without its end; its first non-space byte is '{'.
  garbage,  ///< No JSON object: `text` is its start, quoted for people.
  overlong, ///< Over the limit: `text` is its start as it came, at most `kept_start_bytes`. Told
            ///< once, when the limit is passed; the rest is skipped to the line's end.
};

/// What is kept of a line over the limit: enough to tell which call it was to answer.
inline constexpr std::size_t kept_start_bytes = 4096;

struct framed_line {
  line_kind kind = line_kind::message;
  std::string text;
};

/// Bytes in, lines out. Ends are LF or CRLF, empty lines are skipped. Each line is copied once out
/// of what was read; memory is bounded by the limit.
class line_framer {
public:
  explicit line_framer(std::size_t line_bytes_max = std::size_t{64} << 20U)
      : line_bytes_max_(line_bytes_max) {}

  /// Appends to `lines` what is complete.
  void feed(std::string_view chunk, std::vector<framed_line>& lines);
  /// The peer has closed: what is left is a line without an end.
  void finish(std::vector<framed_line>& lines);
  std::size_t pending_bytes() const { return partial_.size(); }

private:
  void complete(std::string_view rest, std::vector<framed_line>& lines);
  void keep(std::string_view part, std::vector<framed_line>& lines);

  std::size_t line_bytes_max_;
  std::string partial_;   ///< The line under way.
  bool skipping_ = false; ///< Inside an overlong line that has been told.
};

/// The start of a text from outside, safe to show: at most 120 characters, the rest is "...".
std::string quote_start(std::string_view text);

} // namespace toolscore
