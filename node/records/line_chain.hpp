#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// An export's lines hold each other: behind the members of each stands `"hash"`, the SHA-256 of
/// the hash of the line before (nothing for the first) and of the line without its own. So a line
/// that is changed, left out or moved is found; what is cut off at the end is not, unless the last
/// hash was noted.
class line_chain {
public:
  /// SHA-256 of two texts, one behind the other, as 64 hexadecimal digits.
  using digest = std::string (*)(std::string_view, std::string_view);
  explicit line_chain(digest of) : digest_(of) {}

  /// @param line  a JSON object without its newline
  /// @returns the object with its hash, and a newline
  std::string add(std::string_view line);
  /// @returns what is wrong with such a line, empty where it holds
  std::string check(std::string_view line);
  const std::string& hash() const noexcept { return hash_; }
  std::uint64_t lines() const noexcept { return lines_; }

private:
  digest digest_;
  std::string hash_;
  std::uint64_t lines_ = 0;
};

} // namespace toolscore
