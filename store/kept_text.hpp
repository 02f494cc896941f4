#pragma once
#include "messages/known_secrets.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// At most `bytes_max` bytes, and no half character at the end.
std::string_view cut_text(std::string_view text, std::size_t bytes_max) noexcept;

/// A text as it is kept: cut at a limit and without secrets, those that only look like one and
/// those of `known`. Copies only where something is hidden. Borrows the text it was made from.
class kept_text {
public:
  kept_text(std::string_view raw, std::size_t bytes_max, const secret_set& known);
  kept_text(const kept_text&) = delete;
  kept_text& operator=(const kept_text&) = delete;

  std::string_view view() const noexcept { return view_; }
  /// The length before it was cut; 0 where it is complete.
  std::int64_t cut_from() const noexcept { return cut_from_; }

private:
  std::string redacted_;
  std::string_view view_;
  std::int64_t cut_from_ = 0;
};

} // namespace toolscore
