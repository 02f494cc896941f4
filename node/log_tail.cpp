#include "node/log_tail.hpp"

#include <algorithm>
#include <vector>

namespace toolscore {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

} // namespace

// The longest end of what was shown that the new tail begins with or holds at its front: the
// failure function of the tail (Knuth, Morris, Pratt) finds it in one pass over both.
log_growth grown(std::string_view shown, std::string_view tail) {
  const auto before = lines_of(shown);
  const auto now = lines_of(tail);
  if (now.empty()) return {};
  std::vector<std::size_t> fall(now.size(), 0);
  for (std::size_t i = 1, k = 0; i < now.size(); ++i) {
    while (k != 0 && now[i] != now[k]) k = fall[k - 1];
    fall[i] = now[i] == now[k] ? ++k : 0;
  }
  std::size_t matched = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (matched == now.size()) matched = fall[matched - 1];
    while (matched != 0 && before[i] != now[matched]) matched = fall[matched - 1];
    if (before[i] == now[matched]) ++matched;
  }
  log_growth growth;
  growth.gap = matched == 0 && !before.empty();
  for (std::size_t i = matched; i < now.size(); ++i) growth.lines += now[i];
  return growth;
}

} // namespace toolscore
