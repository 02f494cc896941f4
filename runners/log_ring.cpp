#include "runners/log_ring.hpp"

#include <algorithm>

namespace toolscore {

void log_ring::append(std::string_view text) {
  seen_ += text.size();
  if (text.size() >= bytes_max_) {
    content_.assign(text.substr(text.size() - bytes_max_));
    oldest_ = 0;
    return;
  }
  const auto room = std::min(bytes_max_ - content_.size(), text.size());
  content_.append(text.substr(0, room));
  for (text.remove_prefix(room); !text.empty();) {
    const auto part = std::min(text.size(), content_.size() - oldest_);
    content_.replace(oldest_, part, text.substr(0, part));
    oldest_ = (oldest_ + part) % content_.size();
    text.remove_prefix(part);
  }
}

std::string log_ring::in_order() const {
  return content_.substr(oldest_) + content_.substr(0, oldest_);
}

std::string log_ring::tail(std::size_t lines_max) const {
  if (lines_max == 0) return {};
  std::string all = in_order();
  if (seen_ > all.size())
    if (const auto first_end = all.find('\n'); first_end + 1 < all.size())
      all.erase(0, first_end + 1); // npos + 1 is 0: then nothing is erased.
  if (!all.empty() && all.back() == '\n') all.pop_back();
  auto from = all.size();
  for (std::size_t line = 0; line < lines_max; ++line) {
    const auto newline = from == 0 ? std::string::npos : all.rfind('\n', from - 1);
    if (newline == std::string::npos) return all;
    from = newline;
  }
  return all.substr(from + 1);
}

log_part log_ring::last(std::size_t bytes_max) const {
  const auto wanted = std::min(bytes_max, content_.size());
  log_part part;
  part.next = seen_;
  part.gap = wanted < seen_;
  // Until the ring is full its oldest byte is its first.
  const auto newer = std::min(wanted, oldest_);
  part.text = content_.substr(content_.size() - (wanted - newer), wanted - newer);
  part.text.append(content_, oldest_ - newer, newer);
  return part;
}

log_part log_ring::since(std::uint64_t from, log_end end) const {
  const std::uint64_t first = seen_ - content_.size();
  log_part part;
  part.next = std::min(from, seen_);
  part.gap = part.next < first;
  if (part.gap) part.next = first;
  if (part.next == seen_) return part;
  part.text = in_order().substr(static_cast<std::size_t>(part.next - first));
  if (part.gap)
    if (const auto newline = part.text.find('\n'); newline + 1 < part.text.size()) {
      part.text.erase(0, newline + 1); // npos + 1 is 0: then nothing is erased.
      part.next = seen_ - part.text.size();
    }
  // A line longer than half the ring is not waited for: it would be lost before its end.
  if (end == log_end::whole_lines && part.text.size() < bytes_max_ / 2) {
    const auto newline = part.text.rfind('\n');
    part.text.resize(newline == std::string::npos ? 0 : newline + 1);
  }
  part.next += part.text.size();
  return part;
}

} // namespace toolscore
