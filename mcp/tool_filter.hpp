#pragma once
#include "messages/envelope.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolscore::mcp {

/// Decides about a tool by its decoded name.
using tool_predicate = std::function<bool(std::string_view name)>;

/// A valid result object of tools/list without the tools that are not offered, the rest byte for
/// byte. A tool whose name two parsers could read differently is not offered either.
std::string filtered_tools(std::string_view result_object, const tool_predicate& offered);

/// Which of a server's tools are offered: tools.allow and tools.deny of its policy, globs over the
/// server's own names. A name's verdict is remembered, so that a call costs one look-up, and
/// nothing at all where the policy is the default.
class tool_filter {
public:
  /// Verdicts that are remembered; callers may ask for any name.
  static constexpr std::size_t verdicts_max = 1'024;

  tool_filter() = default;
  tool_filter(std::vector<std::string> allow, std::vector<std::string> deny);

  /// Every tool is offered; the questions below need not be asked.
  bool open() const noexcept { return open_; }
  /// `name` is decoded.
  bool allows(std::string_view name);
  /// As filtered_tools, by this policy.
  std::string filtered(std::string_view result_object);
  /// A whole response line with its result filtered.
  bytes filtered_line(std::string_view line, text_span result);

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept {
      return std::hash<std::string_view>{}(x);
    }
  };
  bool matches(std::string_view name) const;

  std::vector<std::string> allow_;
  std::vector<std::string> deny_;
  bool open_ = true;
  std::unordered_map<std::string, bool, text_hash, std::equal_to<>> verdicts_;
};

} // namespace toolscore::mcp
