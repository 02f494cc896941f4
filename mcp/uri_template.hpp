#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// A resource template (RFC 6570) as far as it is needed to tell whether a URI may come from it:
/// an expression stands for any text, without '/' where it has no operator that allows one. What is
/// longer than the limits matches nothing, for templates come from servers.
class uri_template {
public:
  static constexpr std::size_t bytes_max = 2'048;
  static constexpr std::size_t expressions_max = 16;

  explicit uri_template(std::string_view text);
  bool matches(std::string_view uri) const;
  /// How many characters it names itself: of two that match, the one with more of them is meant.
  std::size_t literal_size() const noexcept { return literal_size_; }

private:
  enum class kind : std::uint8_t { literal, segment, any };
  struct part {
    kind what = kind::literal;
    std::string text;
  };
  std::vector<part> parts_;
  std::size_t literal_size_ = 0;
  bool good_ = true;
};

} // namespace toolscore::mcp
