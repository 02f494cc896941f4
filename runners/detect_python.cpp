#include "runners/detect.hpp"
#include "runners/toml_lines.hpp"

#include <algorithm>
#include <cctype>

namespace toolscore {
namespace {

void add_script(python_project& project, std::string_view key, std::string_view value) {
  const auto target = unquoted_toml(value);
  if (target.empty() || target.front() == '{') return; // A table: poetry's extras, no plain script.
  project.scripts.emplace_back(unquoted_toml(key), target);
}

/// `scripts = { a = "m:f", b = "n:g" }`; targets hold neither commas nor braces.
void add_inline_scripts(python_project& project, std::string_view table) {
  table = trimmed_toml(table);
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
  toml_entry at;
  for (toml_entries entries(text); entries.next(at);) {
    if (at.key.empty()) {
      project.packaged |=
          at.table == "project" || at.table == "build-system" || at.table == "tool.poetry";
    } else if (at.table == "project.scripts" || at.table == "tool.poetry.scripts") {
      add_script(project, at.key, at.value);
    } else if (at.table == "project" || at.table == "tool.poetry") {
      if (at.key == "name" && (project.name.empty() || at.table == "project"))
        project.name = unquoted_toml(at.value);
      if (at.key == "scripts") add_inline_scripts(project, at.value);
      if (at.key.starts_with("scripts."))
        add_script(project, std::string_view(at.key).substr(8), at.value);
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
