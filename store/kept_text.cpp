#include "store/kept_text.hpp"

#include "store/redact.hpp"

#include <utility>

namespace toolscore {
namespace {

/// At most `bytes_max` bytes, and no half character at the end.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

} // namespace

kept_text::kept_text(std::string_view raw, std::size_t bytes_max, const secret_set& known)
    : view_(raw) {
  if (raw.size() > bytes_max) {
    // Cut before it is searched, so that a huge text costs no more than a large one.
    view_ = cut(raw, bytes_max);
    cut_from_ = static_cast<std::int64_t>(raw.size());
  }
  if (auto redacted = redact(view_)) {
    redacted_ = std::move(*redacted);
    view_ = redacted_;
  }
  if (auto hidden = known.scrub(view_)) {
    redacted_ = std::move(*hidden);
    view_ = redacted_;
  }
}

} // namespace toolscore
