#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// One event of a text/event-stream that has data.
struct stream_event {
  std::string name; ///< Empty = "message".
  std::string data;
};

/// Reads a text/event-stream: bytes in, events out. Ends are LF, CRLF or CR; a comment and an
/// unknown field mean nothing, nor does an event without data but for its id. Memory is bounded by
/// the limit.
class event_reader {
public:
  explicit event_reader(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  /// Appends to `events` what is complete.
  /// @returns false once an event is over the limit; the stream cannot be read on
  bool feed(std::string_view chunk, std::vector<stream_event>& events);

  /// The id of the last event that was complete: where a reader that was cut off goes on. Empty =
  /// none.
  const std::string& last_id() const noexcept { return last_id_; }
  /// What the server asks to wait before one connects again.
  std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

private:
  void end_line(std::vector<stream_event>& events);
  void end_event(std::vector<stream_event>& events);
  void take_field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string line_; ///< The one under way.
  std::string data_;
  std::string name_;
  std::string id_; ///< Of the event under way; stays until another is named.
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool has_data_ = false;
  bool after_cr_ = false; ///< An LF that comes now ends nothing.
  bool first_ = true;     ///< A byte order mark may stand before the first line.
};

/// JSON on one line: an end of a line can stand between its tokens only, and means nothing there.
std::string on_one_line(std::string json);

} // namespace toolscore::mcp
