#include "gateway/repeated_head.hpp"

#include <cstring>

namespace toolscore {

void repeated_head::keep(std::string_view text, const plain_head& head) {
  text_.clear();
  if (head.size > kept_max) return;
  text_ = text.substr(0, head.size);
  length_at_ = head.length_at;
  length_digits_ = head.length_digits;
}

std::optional<std::size_t> repeated_head::body_size(std::string_view text) const noexcept {
  if (text_.empty() || text.size() < text_.size()) return std::nullopt;
  const auto behind = length_at_ + length_digits_;
  if (std::memcmp(text.data(), text_.data(), length_at_) != 0 ||
      std::memcmp(text.data() + behind, text_.data() + behind, text_.size() - behind) != 0)
    return std::nullopt;
  return length_of(length_in(text));
}

} // namespace toolscore
