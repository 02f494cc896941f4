#include "runners/detect.hpp"

#include <algorithm>
#include <cctype>

namespace toolscore {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Walks TOML line by line and knows where it is inside a string or an array, so that a header or a
/// key that merely stands in a description is not taken for one.
class toml_lines {
public:
  explicit toml_lines(std::string_view text) : rest_(text) {}

  /// The next line that begins outside every multi-line value; the rest of the value is appended.
  bool next(std::string& line) {
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
      if (!trimmed(line).empty()) return true;
      line.clear();
    }
    return !trimmed(line).empty();
  }

private:
  /// Copies one line without its comment and follows its quotes and brackets.
  void take(std::string_view raw, std::string& line) {
    const bool header = depth_ == 0 && quote_.empty() && trimmed(raw).starts_with('[');
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
    if (quote_.size() == 1)
      quote_.clear(); // A simple string ends with its line; the file is broken.
  }

  std::string_view rest_;
  std::string quote_; ///< The quotes that end the string we are in; empty outside.
  int depth_ = 0;     ///< Open brackets of an array or inline table.
};

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view quote : {"\"\"\"", "'''", "\"", "'"})
    if (text.size() >= 2 * quote.size() && text.starts_with(quote) && text.ends_with(quote))
      return std::string(text.substr(quote.size(), text.size() - 2 * quote.size()));
  return std::string(text);
}

void add_script(python_project& project, std::string_view key, std::string_view value) {
  const auto target = unquoted(value);
  if (target.empty() || target.front() == '{') return; // A table: poetry's extras, no plain script.
  project.scripts.emplace_back(unquoted(key), target);
}

/// `scripts = { a = "m:f", b = "n:g" }`; targets hold neither commas nor braces.
void add_inline_scripts(python_project& project, std::string_view table) {
  table = trimmed(table);
  if (table.size() < 2 || table.front() != '{' || table.back() != '}') return;
  table = table.substr(1, table.size() - 2);
  while (!table.empty()) {
    const auto comma = table.find(',');
    const auto pair = table.substr(0, comma);
    table = comma == std::string_view::npos ? std::string_view() : table.substr(comma + 1);
    if (const auto equals = pair.find('='); equals != std::string_view::npos)
      add_script(project, pair.substr(0, equals), pair.substr(equals + 1));
  }
}

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

} // namespace

python_project read_pyproject(std::string_view text) {
  python_project project;
  std::string section;
  std::string line;
  for (toml_lines lines(text); lines.next(line);) {
    const auto content = trimmed(line);
    if (content.front() == '[') {
      const auto end = content.find(']');
      section =
          end == std::string_view::npos ? "" : std::string(trimmed(content.substr(1, end - 1)));
      project.packaged |=
          section == "project" || section == "build-system" || section == "tool.poetry";
      continue;
    }
    const auto equals = content.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trimmed(content.substr(0, equals));
    const auto value = content.substr(equals + 1);
    if (section == "project.scripts" || section == "tool.poetry.scripts") {
      add_script(project, key, value);
    } else if (section == "project" || section == "tool.poetry") {
      if (key == "name" && (project.name.empty() || section == "project"))
        project.name = unquoted(value);
      if (key == "scripts") add_inline_scripts(project, value);
      if (key.starts_with("scripts.")) add_script(project, key.substr(8), value);
    }
  }
  return project;
}

std::vector<std::string> read_console_scripts(std::string_view text) {
  std::vector<std::string> names;
  auto at = text.find("console_scripts");
  if (at == std::string_view::npos) return names;
  at = text.find_first_of("=:", at); // `console_scripts =` or `"console_scripts":`
  if (at == std::string_view::npos) return names;
  // Each entry is `name = module:function`; the first word that is none ends the list.
  for (std::size_t i = at + 1; i < text.size();) {
    if (!word_char(text[i])) {
      if (text[i] == ']' || text[i] == '}' || (text[i] == '[' && !names.empty())) break;
      ++i;
      continue;
    }
    const auto begin = i;
    while (i < text.size() && word_char(text[i])) ++i;
    const auto name = text.substr(begin, i - begin);
    const auto equals = text.find_first_not_of(" \t", i);
    if (equals == std::string_view::npos || text[equals] != '=') break;
    i = text.find_first_not_of(" \t", equals + 1);
    if (i == std::string_view::npos) break;
    const auto module = i;
    while (i < text.size() && word_char(text[i])) ++i;
    if (i == module || i >= text.size() || text[i] != ':') break;
    for (++i; i < text.size() && word_char(text[i]);) ++i;
    names.emplace_back(name);
  }
  return names;
}

} // namespace toolscore
