#pragma once
#include "gateway/plain_head.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// The head that a connection sent last. Most clients send the same one again and again, so that it
/// need not be read again: only its Content-Length may say something else, with as many digits.
class repeated_head {
public:
  /// A longer one is read each time; an idle connection holds this much.
  static constexpr std::size_t kept_max = 1024;

  /// @param head  as it was read at the beginning of `text`
  void keep(std::string_view text, const plain_head& head);
  /// @returns what Content-Length says where `text` begins with that head; nothing where it does
  /// not
  std::optional<std::size_t> body_size(std::string_view text) const noexcept;
  /// Of the head that was kept; 0 = none was.
  std::size_t size() const noexcept { return text_.size(); }
  /// The digits of Content-Length in a text that begins with it.
  std::string_view length_in(std::string_view text) const noexcept {
    return text.substr(length_at_, length_digits_);
  }

private:
  std::string text_;
  std::size_t length_at_ = 0;
  std::size_t length_digits_ = 0;
};

} // namespace toolscore
