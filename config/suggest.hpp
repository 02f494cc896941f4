#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace toolscore {

/// How many single-letter edits (insert, delete, replace, swap of neighbours) lie between two
/// words.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, the first among equals; empty where none is within
/// `distance_max`.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates,
                         std::size_t distance_max);

/// How far a key may be from one of ours and still count as a slip of it: 2, but 1 for words of up
/// to four letters, where two edits make any word of any other.
std::size_t near_miss_max(std::string_view word) noexcept;

} // namespace toolscore
