#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// What of a project is sent to an engine that builds of it: all but what its .dockerignore names,
/// by the rules of Docker (the last pattern that matches decides, "!" takes something back in, a
/// directory's fate is its content's). Pure.
class context_rules {
public:
  static constexpr std::size_t patterns_max = 1'000; ///< Further ones are passed over.
  static constexpr std::size_t pattern_bytes_max = 1'024;

  context_rules() = default;
  /// @param text  of a .dockerignore
  explicit context_rules(std::string_view text);

  /// @param path  relative, parts joined by '/'
  bool is_left_out(std::string_view path) const;
  /// Nothing below a directory that is left out can be taken back in.
  bool is_final() const noexcept { return !takes_back_; }

private:
  struct token {
    enum class kind : unsigned char { one, any, one_of, part, all, maybe } what = kind::one;
    char c = 0;           ///< one.
    std::string set;      ///< one_of: its characters and ranges, "a-z" written out as three.
    bool negated = false; ///< one_of.
  };
  struct pattern {
    std::vector<token> tokens;
    bool taken_back = false;
  };
  static std::vector<token> tokens_of(std::string_view text);
  static bool takes(const token& x, char c);
  static bool matches(const std::vector<token>& tokens, std::string_view path);

  std::vector<pattern> patterns_;
  bool takes_back_ = false;
};

} // namespace toolscore
