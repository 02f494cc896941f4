#include "runners/container/stream_frames.hpp"

#include <algorithm>

namespace toolscore {

std::optional<stream_frames::piece> stream_frames::next(std::string_view& input) {
  while (!input.empty() && !broken_) {
    if (left_ != 0) {
      const auto size = std::min<std::size_t>(left_, input.size());
      const piece out{from_, input.substr(0, size)};
      input.remove_prefix(size);
      left_ -= static_cast<std::uint32_t>(size);
      return out;
    }
    const auto size = std::min(head_.size() - head_size_, input.size());
    std::copy_n(input.begin(), size, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
    input.remove_prefix(size);
    head_size_ += size;
    if (head_size_ < head_.size()) break;
    head_size_ = 0;
    broken_ = (head_[0] != 1 && head_[0] != 2) || head_[1] != 0 || head_[2] != 0 || head_[3] != 0;
    from_ = static_cast<source>(head_[0]);
    left_ = static_cast<std::uint32_t>(head_[4]) << 24U |
            static_cast<std::uint32_t>(head_[5]) << 16U |
            static_cast<std::uint32_t>(head_[6]) << 8U | static_cast<std::uint32_t>(head_[7]);
  }
  return std::nullopt;
}

} // namespace toolscore
