#include "runners/toml_lines.hpp"

#include <algorithm>

namespace toolscore {

std::string_view trimmed_toml(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string unquoted_toml(std::string_view text) {
  text = trimmed_toml(text);
  for (const std::string_view quote : {"\"\"\"", "'''", "\"", "'"})
    if (text.size() >= 2 * quote.size() && text.starts_with(quote) && text.ends_with(quote))
      return std::string(text.substr(quote.size(), text.size() - 2 * quote.size()));
  return std::string(text);
}

bool toml_lines::next(std::string& line) {
  line.clear();
  while (!rest_.empty()) {
    const auto end = rest_.find('\n');
    const auto raw = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    take(raw, line);
    if (depth_ > 0 || !quote_.empty()) {
      line += ' ';
      continue;
    }
    if (!trimmed_toml(line).empty()) return true;
    line.clear();
  }
  return !trimmed_toml(line).empty();
}

/// Copies one line without its comment and follows its quotes and brackets.
void toml_lines::take(std::string_view raw, std::string& line) {
  const bool header = depth_ == 0 && quote_.empty() && trimmed_toml(raw).starts_with('[');
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (!quote_.empty()) {
      if (quote_[0] == '"' && raw[i] == '\\' && i + 1 < raw.size()) {
        line += raw[i++];
      } else if (raw.substr(i).starts_with(quote_)) {
        line += quote_;
        i += quote_.size() - 1;
        quote_.clear();
        continue;
      }
      line += raw[i];
      continue;
    }
    if (raw[i] == '#') break;
    if (raw[i] == '"' || raw[i] == '\'') {
      const std::string triple(3, raw[i]);
      quote_ = raw.substr(i).starts_with(triple) ? triple : std::string(1, raw[i]);
      line += quote_;
      i += quote_.size() - 1;
      continue;
    }
    if (!header) depth_ += (raw[i] == '[' || raw[i] == '{') - (raw[i] == ']' || raw[i] == '}');
    depth_ = std::max(depth_, 0);
    line += raw[i];
  }
  if (quote_.size() == 1) quote_.clear(); // A simple string ends with its line; the file is broken.
}

bool toml_entries::next(toml_entry& entry) {
  std::string line;
  while (lines_.next(line)) {
    const auto content = trimmed_toml(line);
    if (content.front() == '[') {
      const bool one_of_many = content.starts_with("[[");
      const auto begin = one_of_many ? 2U : 1U;
      const auto end = content.find(']');
      table_ = end == std::string_view::npos || end < begin
                   ? std::string()
                   : std::string(trimmed_toml(content.substr(begin, end - begin)));
      entry = {table_, {}, {}};
      return true;
    }
    const auto equals = content.find('=');
    if (equals == std::string_view::npos) continue;
    entry = {table_, std::string(trimmed_toml(content.substr(0, equals))),
             std::string(trimmed_toml(content.substr(equals + 1)))};
    return true;
  }
  return false;
}

} // namespace toolscore
