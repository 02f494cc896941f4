#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Reads a text/event-stream: bytes in, the `data` of each event out. Ends are LF, CRLF or CR; a
/// comment, a name, an id and a retry mean nothing here, nor does an event without data.
class event_reader {
public:
  explicit event_reader(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  /// Appends to `events` what is complete.
  /// @returns false once an event is over the limit; the stream cannot be read on
  bool feed(std::string_view chunk, std::vector<std::string>& events);

private:
  void end_line(std::vector<std::string>& events);

  std::size_t event_bytes_max_;
  std::string line_; ///< The one under way.
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false; ///< An LF that comes now ends nothing.
  bool first_ = true;     ///< A byte order mark may stand before the first line.
};

/// JSON on one line: an end of a line can stand between its tokens only, and means nothing there.
std::string on_one_line(std::string json);

} // namespace toolscore
