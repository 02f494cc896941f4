#include "store/kept_text.hpp"

#include "store/redact.hpp"

#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t seen_behind = 1'024; ///< Of a text that is cut: longer than most secrets.

} // namespace

std::string_view cut_text(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

kept_text::kept_text(std::string_view raw, std::size_t bytes_max, const secret_set& known)
    : view_(raw) {
  const bool fits = raw.size() <= bytes_max;
  // A huge text costs no more to search than a large one; and what begins before the limit is seen
  // to be a secret by what stands behind.
  if (!fits) view_ = cut_text(raw, bytes_max + seen_behind);
  const bool all_seen = view_.size() == raw.size();
  if (auto redacted = redact(view_)) {
    redacted_ = std::move(*redacted);
    view_ = redacted_;
  }
  if (auto hidden = known.scrub(view_)) {
    redacted_ = std::move(*hidden);
    view_ = redacted_;
  }
  if (!all_seen) view_.remove_suffix(known.unfinished(view_));
  if (fits || (all_seen && view_.size() <= bytes_max)) return;
  view_ = cut_text(view_, bytes_max);
  cut_from_ = static_cast<std::int64_t>(raw.size());
}

} // namespace toolscore
