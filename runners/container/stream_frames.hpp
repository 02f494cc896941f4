#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace toolscore {

/// What an engine's attached stream carries: pieces of stdout and stderr, each behind a head of
/// eight bytes (1 = stdout, 2 = stderr; three zeros; the length, big-endian). Pure; holds nothing
/// of the content, so that a frame may be as long as it likes.
class stream_frames {
public:
  enum class source : std::uint8_t { output = 1, errors = 2 };
  struct piece {
    source from = source::output;
    std::string_view text; ///< Part of what was given; never empty.
  };

  /// Takes the next piece from the front of `input`, which is shortened by what was used. Nothing:
  /// all of it was used, or the stream is broken.
  std::optional<piece> next(std::string_view& input);
  /// A head came that is none. Whatever follows has no meaning.
  bool is_broken() const { return broken_; }
  /// Between two frames: an end here loses nothing.
  bool is_whole() const { return left_ == 0 && head_size_ == 0; }

private:
  std::array<unsigned char, 8> head_{};
  std::size_t head_size_ = 0; ///< Bytes of the head that have come.
  std::uint32_t left_ = 0;    ///< Of the frame under way.
  source from_ = source::output;
  bool broken_ = false;
};

} // namespace toolscore
