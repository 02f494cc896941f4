#include "mcp/uri_template.hpp"

#include <algorithm>

namespace toolscore::mcp {

uri_template::uri_template(std::string_view text) : good_(text.size() <= bytes_max) {
  std::size_t expressions = 0;
  while (good_ && !text.empty()) {
    const auto open = text.find('{');
    if (open != 0) {
      parts_.push_back({kind::literal, std::string(text.substr(0, open))});
      literal_size_ += parts_.back().text.size();
    }
    if (open == std::string_view::npos) return;
    const auto close = text.find('}', open);
    good_ = close != std::string_view::npos && close > open + 1 && ++expressions <= expressions_max;
    if (!good_) return;
    const bool crosses = std::string_view("+#/?&").find(text[open + 1]) != std::string_view::npos;
    parts_.push_back({crosses ? kind::any : kind::segment, {}});
    text.remove_prefix(close + 1);
  }
}

/// One row of the reachable places a part; so the time is bounded by the product of both lengths.
bool uri_template::matches(std::string_view uri) const {
  if (!good_ || uri.size() > bytes_max) return false;
  std::vector<char> reached(uri.size() + 1, 0);
  reached[0] = 1;
  for (const auto& one : parts_) {
    std::vector<char> next(uri.size() + 1, 0);
    for (std::size_t at = 0; at <= uri.size(); ++at) {
      if (one.what == kind::literal) {
        if (reached[at] && uri.substr(at).starts_with(one.text)) next[at + one.text.size()] = 1;
        continue;
      }
      // An expression without an operator has a value of at least one character.
      const bool goes_on = at != 0 && (one.what == kind::any || uri[at - 1] != '/') &&
                           (next[at - 1] || reached[at - 1]);
      next[at] = static_cast<char>(goes_on || (one.what == kind::any && reached[at]));
    }
    reached = std::move(next);
  }
  return reached[uri.size()] != 0;
}

} // namespace toolscore::mcp
