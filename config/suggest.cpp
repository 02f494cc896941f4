#include "config/suggest.hpp"

#include <algorithm>
#include <vector>

namespace toolscore {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the table are enough; the third is for swaps.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates,
                         std::size_t distance_max) {
  std::string_view best;
  std::size_t best_distance = distance_max + 1;
  for (const auto candidate : candidates) {
    const auto longer = std::max(word.size(), candidate.size());
    const auto shorter = std::min(word.size(), candidate.size());
    if (longer - shorter >= best_distance) continue; // also keeps a huge word from a huge table
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::size_t near_miss_max(std::string_view word) noexcept {
  return word.size() <= 4 ? 1 : 2;
}

} // namespace toolscore
