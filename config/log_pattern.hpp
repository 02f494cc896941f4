#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace toolscore {

/// A regular expression that is looked for in lines of a log. A search takes time linear in the
/// line and memory that is bounded, whatever the expression: it runs on the loop, over text that a
/// server chose. Cheap to copy.
class log_pattern {
public:
  static constexpr std::size_t text_bytes_max = 256;
  /// Of the compiled expression. A line costs at most its length times this: about 1 us a byte was
  /// the worst found, so that what is read of a log in one turn holds the loop for some 10 ms.
  static constexpr int size_max = 100;

  /// @error bad_config `text` is empty, too long, no regular expression or too large a one
  static result<log_pattern> compile(const std::string& text);

  /// Whether it is found anywhere in `line`.
  bool matches(std::string_view line) const;

private:
  explicit log_pattern(std::shared_ptr<const re2::RE2> compiled);
  std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace toolscore
