#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// Puts messages together that come in parts, as a WebSocket's do, and says what each one is. Pure.
class message_assembly {
public:
  /// Kept of a message that is over the limit.
  static constexpr std::size_t start_bytes_max = 4'096;

  enum class kind : std::uint8_t {
    message,  ///< A JSON object by its first character, on one line.
    garbage,  ///< None; `text` is its beginning, fit for a log.
    overlong, ///< More than the limit; `text` is some of its beginning.
  };
  struct outcome {
    kind is = kind::message;
    std::string text;
  };

  explicit message_assembly(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// @param last  the message ends with this part
  /// @returns what it was, once it has ended
  std::optional<outcome> feed(std::string_view part, bool last);
  std::size_t held_bytes() const { return text_.size(); }

private:
  std::size_t bytes_max_;
  std::string text_;
  bool overlong_ = false; ///< `text_` is the beginning of one that is passed over.
};

} // namespace toolscore
